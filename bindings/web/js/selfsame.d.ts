/** A camera's frame: a VideoFrame, which is taken over and closed; or a canvas' ImageData. */
export type FrameSource = VideoFrame | ImageData | { data: Uint8ClampedArray; width: number; height: number };

/**
 * How the camera is mounted: by how many degrees its frames must be turned clockwise, and whether
 * they are mirrored then.
 */
export interface Mounting {
  rotation?: 0 | 90 | 180 | 270;
  mirrored?: boolean;
}

/**
 * `guidance`: guide and watch alone (2.3 MB of models); `fast`: also verify (4.4 MB); the others
 * take 11.6 MB.
 */
export type Profile = "guidance" | "fast" | "standard" | "accurate";

export interface EngineOptions {
  /** Where the package's `dist` folder is served. Default: beside its `js` folder. */
  base?: URL | string;
  /** Where the models are, from `base`. Default: `models/`. */
  models?: string;
  /** Default: `guidance`. */
  profile?: Profile;
  /** Default: `float32`. */
  precision?: "float32" | "int8";
  /** Refuses faces with covered parts, rather than remarking on them. Default: false. */
  refuseCovered?: boolean;
  /** Refuses a selfie that is a copy of the document's portrait. Default: false. */
  refuseSamePicture?: boolean;
  /** Refuses a match whose document may show a blend of two faces. Default: false. */
  refusePossibleMorph?: boolean;
  /**
   * Whether the module with relaxed SIMD may run, where the browser can. A page that serves one
   * module alone says false. Default: true.
   */
  relaxed?: boolean;
  /** Whether a worker does the work, so that the page never stutters. Default: true. */
  worker?: boolean;
}

/** What went wrong; what a picture shows is never an error. */
export class SelfsameError extends Error {
  /**
   * A stable word to branch on, such as `corrupt`; `trapped` if the module has ended: load the
   * engine again.
   */
  readonly code: string;
  readonly stage: string;
  /** What to do. */
  readonly advice: string;
}

/** Left and right are the person's own. */
export type Hint =
  | "no_face" | "turn_camera" | "several_faces" | "move_closer" | "move_away" | "move_left" | "move_right" | "move_up"
  | "move_down" | "remove_obstruction" | "too_dark" | "too_bright" | "turn_straight" | "open_eyes" | "uneven_light"
  | "blurred" | "hold_still" | "hold" | "ready";

/** An upright oval, in pixels of the upright frame. */
export interface Oval {
  center_x: number;
  center_y: number;
  width: number;
  height: number;
}

/** The face that is followed. */
export interface FollowedFace {
  /** The oval about it. */
  oval: Oval | null;
  /** Its width over that of the oval to fill. */
  size: number;
  /** How far it is from the oval's middle, in widths of the oval; positive to the image's right. */
  offset_x: number;
  /** The same, in heights of the oval; positive downwards. */
  offset_y: number;
  yaw_deg: number;
  pitch_deg: number;
  roll_deg: number;
  eye_openness: number;
  /** Mean luminance, 0 to 1 of linear light. */
  luminance: number;
  /** Share that is blown out, 0 to 1. */
  over_exposure: number;
  /** Luminance of the darker half over that of the brighter one. */
  light_balance: number;
  sharpness: number;
}

/** What to tell the person before the camera. */
export interface Guidance {
  /** The hint to show. */
  hint: Hint;
  /** The most useful hint for this frame alone, before smoothing over time. */
  urge: Hint;
  /** How much of the still phase has passed, 0 to 1. */
  progress: number;
  /** Whether the face has been still and good for long enough. */
  ready: boolean;
  /** The hint that stood in the way for longest, once time has run out. */
  timed_out: Hint | null;
  /** The upright frame's sides, which ovals are in pixels of. */
  frame_width: number;
  frame_height: number;
  /** The oval to fill. */
  oval: Oval;
  /** How many faces of similar size are in view. */
  faces: number;
  face: FollowedFace | null;
  /** How a face stands that was seen turned where no upright one is: set the frames' rotation. */
  turned: "clockwise_90" | "half" | "clockwise_270" | null;
}

export interface Threshold {
  score: number;
  low: number;
  high: number;
  fmr: number;
  extrapolated: boolean;
  pairing: string;
  basis: string;
}

/** A score, in units of the cosine, and what it says. */
export interface Compared {
  score: number;
  fmr: number;
  fmr_bound: "about" | "at_most" | "at_least";
  log_likelihood_ratio: number;
  marginal: boolean;
}

export interface QualityMeasure {
  name: string;
  native: number | null;
  component: number;
}

/** A face that can be compared; its box is in pixels of the upright picture. */
export interface Face {
  left: number;
  top: number;
  right: number;
  bottom: number;
  detection_score: number;
  face_flag: number;
  distance_cm: number | null;
  reliability: number | null;
  remarks: string[];
  quality: QualityMeasure[];
}

export interface Side {
  faces: number | null;
  face: Face | null;
}

export interface Verification {
  decision: "match" | "no_match" | "refused";
  reasons: string[];
  compared: Compared | null;
  threshold: Threshold;
  origin: string;
  same_picture: boolean | null;
  possible_morph: boolean | null;
  document: Side;
  selfie: Side;
}

/** One colour of a challenge, as sRGB values; between flashes the screen is black. */
export interface Flash {
  start_us: number;
  duration_us: number;
  red: number;
  green: number;
  blue: number;
  region: "full" | "top" | "bottom" | "left" | "right";
}

export interface FlashProgress {
  progress: "recording" | "complete" | "hopeless";
  reasons: string[];
}

export interface FlashReport {
  verdict: "live" | "attack" | "inconclusive";
  reasons: string[];
  advice: string[];
  cues_json: string;
}

/** The networks, loaded and ready. */
export class Engine {
  /**
   * Fetches the module that this browser runs best and the profile's models, which are held against
   * their digests.
   */
  static load(options?: EngineOptions): Promise<Engine>;
  /** Version, and the words that there are. */
  readonly about: { version: string; hints: Hint[]; formats: string[]; colors: string[]; profiles: Record<Profile, string[]> };
  /**
   * Whether the person on `selfie` (a file, or the best frame of a watch) is the one on `document`
   * (a chip's data group 2 or a file), if at most a share `fmr` of pairs of different people may
   * pass. Default: 1e-4.
   */
  verify(document: ArrayBuffer | Uint8Array, selfie: ArrayBuffer | Uint8Array | Watch, fmr?: number): Promise<Verification>;
  /** What one frame alone says. */
  guide(frame: FrameSource, mounting?: Mounting): Promise<Guidance>;
  /** Begins to follow a face until it fills the oval and holds still. */
  watch(options?: { ovalWidth?: number; stillUs?: number; timeoutUs?: number; keptFrames?: number }): Promise<Watch>;
  /**
   * Begins to watch the answer to a flash challenge (not with the profile `guidance`). What counts
   * is the service's own judgement.
   */
  flashSession(challenge: string): Promise<FlashSession>;
  /** Ends the worker. */
  close(): Promise<void>;
}

declare class Taking<Answer> {
  /** Whether a frame is being looked at. */
  readonly busy: boolean;
  /**
   * Looks at the next frame; null, and nothing is done, while another is being looked at. Times are
   * any monotonic clock's, in microseconds. Default: the VideoFrame's own.
   */
  frame(frame: FrameSource, timestampUs?: number, mounting?: Mounting): Promise<Answer | null>;
  /**
   * Looks at a video's frames as they come, as many as there is time for; gives what stops it.
   * `taken` is given every frame, to encode and send: it closes it.
   */
  follow(
    video: HTMLVideoElement,
    heard: (answer: Answer) => void,
    also?: { failed?: (error: unknown) => void; taken?: (frame: VideoFrame) => void },
  ): () => void;
  close(): Promise<void>;
}

/** A face followed through a camera's frames: one person before one camera. */
export class Watch extends Taking<Guidance> {
  /**
   * The best frame so far: the square about the face, 512 pixels a side at most. For `new
   * ImageData(data, width, height)`.
   */
  best(): Promise<{ width: number; height: number; data: Uint8ClampedArray } | null>;
}

/** The answer to one challenge; frames' times are from its first picture on the screen. */
export class FlashSession extends Taking<FlashProgress> {
  readonly flashes: Flash[];
  readonly totalUs: number;
  /** Says when the screen showed the first picture of a flash, on the clock of the frames. */
  shown(flash: number, shownUs: number): Promise<void>;
  report(): Promise<FlashReport>;
}

/**
 * What to show at a time; null where the screen is black. Segments that a service streams are
 * flashes, too.
 */
export function shownAt(flashes: Flash[], atUs: number): Flash | null;
