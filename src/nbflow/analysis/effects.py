"""Random draws, settings and environment: what a library's function does beside its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.analysis.purity import words
from nbflow.analysis.records import Effect, EffectKind, Place
from nbflow.analysis.settings import FIGURES, KEEPING_FIGURES, REPEATED, setting_of
from nbflow.analysis.values import Kind, Value

if TYPE_CHECKING:
    from nbflow.analysis.arguments import Arguments
    from nbflow.analysis.records import Facts

__all__ = [
    "DISPLAYS",
    "PRINTS",
    "cached_effect",
    "caches",
    "call_effects",
    "draws_later",
    "is_seed",
    "kind_of",
    "method_effects",
]

_EVERYTHING = ("random", "numpy.random", "torch", "tensorflow")
_SEEDS: dict[str, tuple[str, ...]] = {
    "random.seed": ("random",),
    "random.setstate": ("random",),
    "numpy.random.seed": ("numpy.random",),
    "numpy.random.set_state": ("numpy.random",),
    "torch.manual_seed": ("torch",),
    "torch.random.manual_seed": ("torch",),
    "torch.cuda.manual_seed": ("torch",),
    "torch.cuda.manual_seed_all": ("torch",),
    "torch.set_rng_state": ("torch",),
    "torch.random.set_rng_state": ("torch",),
    "tensorflow.random.set_seed": ("tensorflow",),
    "tensorflow.set_random_seed": ("tensorflow",),
    "keras.utils.set_random_seed": _EVERYTHING,
    "tensorflow.keras.utils.set_random_seed": _EVERYTHING,
    "lightning.seed_everything": _EVERYTHING,
    "pytorch_lightning.seed_everything": _EVERYTHING,
    "lightning.pytorch.seed_everything": _EVERYTHING,
    "transformers.set_seed": _EVERYTHING,
    "accelerate.utils.set_seed": _EVERYTHING,
    "fastai.torch_core.set_seed": _EVERYTHING,
}
_GENERATORS = frozenset(
    {"default_rng", "RandomState", "Generator", "SeedSequence", "PCG64", "MT19937"}
)
_NOT_DRAWS = frozenset({"seed", "setstate", "set_state", "Random", "SystemRandom"})
_TORCH_DRAWS = words(
    "rand randn randint randperm rand_like randn_like randint_like bernoulli multinomial normal"
    " poisson"
)
# What reads or keeps the state of the generator, which a draw before has made what it is.
_TORCH_READS = words("get_rng_state fork_rng initial_seed")
_SKLEARN_DRAWS = words(
    "train_test_split shuffle resample make_blobs make_classification make_regression make_moons"
    " make_circles make_friedman1 make_s_curve make_swiss_roll permutation_importance"
    " randomized_svd make_low_rank_matrix make_sparse_uncorrelated make_multilabel_classification"
    " make_gaussian_quantiles make_hastie_10_2 fetch_olivetti_faces"
)
_SKLEARN_ESTIMATORS = words(
    "RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor"
    " GradientBoostingClassifier GradientBoostingRegressor AdaBoostClassifier AdaBoostRegressor"
    " BaggingClassifier BaggingRegressor DecisionTreeClassifier DecisionTreeRegressor"
    " ExtraTreeClassifier ExtraTreeRegressor MLPClassifier MLPRegressor SGDClassifier SGDRegressor"
    " Perceptron PassiveAggressiveClassifier KMeans MiniBatchKMeans BisectingKMeans"
    " GaussianMixture BayesianGaussianMixture TSNE MDS IsolationForest RandomizedSearchCV"
    " HalvingRandomSearchCV ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit RepeatedKFold"
    " RepeatedStratifiedKFold TruncatedSVD NMF FastICA LatentDirichletAllocation DictionaryLearning"
    " MiniBatchDictionaryLearning RandomTreesEmbedding GaussianRandomProjection"
    " SparseRandomProjection RBFSampler Nystroem SpectralClustering MiniBatchNMF RANSACRegressor"
    " TheilSenRegressor BernoulliRBM QuantileTransformer IterativeImputer SMOTE ADASYN"
    " RandomUnderSampler RandomOverSampler HistGradientBoostingClassifier"
    " HistGradientBoostingRegressor"
)
_SHUFFLED = frozenset({"KFold", "StratifiedKFold", "StratifiedGroupKFold"})

_LOGGERS = frozenset({"addHandler", "removeHandler", "addFilter", "removeFilter", "setLevel"})
_ENVIRON_READS = frozenset({"get", "copy", "keys", "items", "values", "__getitem__"})
_WORLD = frozenset({"post", "put", "patch", "delete"})
_WORLD_METHODS = frozenset(
    {"to_sql", "commit", "insert_one", "insert_many", "put_object", "upload_file"}
)

_SHOWS = words(
    "builtins.print builtins.display IPython.display.display matplotlib.pyplot.show pprint.pprint"
    " logging.debug logging.info logging.warning logging.error sys.stdout.write warnings.warn"
)
DISPLAYS = words(
    "builtins.display IPython.display.display IPython.display.update_display"
    " IPython.core.display_functions.display IPython.core.display_functions.update_display"
)
_CLOCKS = words(
    "time.time time.time_ns time.perf_counter time.monotonic time.ctime time.localtime"
    " time.strftime datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today"
    " datetime.date.today pandas.Timestamp.now uuid.uuid1 uuid.uuid4 os.urandom secrets.token_hex"
    " secrets.token_bytes"
)
_ASKS = words(
    "builtins.input builtins.breakpoint getpass.getpass code.interact"
    " pdb.set_trace ipdb.set_trace IPython.core.debugger.set_trace IPython.embed"
    " IPython.terminal.embed.embed IPython.utils.io.ask_yes_no IPython.get_ipython.ask_yes_no"
    " click.prompt click.confirm click.pause typer.prompt typer.confirm rich.prompt.Prompt.ask"
    " rich.prompt.IntPrompt.ask rich.prompt.FloatPrompt.ask rich.prompt.Confirm.ask"
)
_CHANGES = "reads what is another at each call"
PRINTS = "prints"
_GLOBALS = frozenset({"g", "ge"})
_CACHES = words("functools.lru_cache functools.cache")

_MAKERS: dict[Kind, str] = {
    Kind.FILE: """
        builtins.open io.open codecs.open gzip.open bz2.open lzma.open zipfile.ZipFile tarfile.open
        h5py.File tempfile.TemporaryFile tempfile.NamedTemporaryFile shelve.open pandas.ExcelWriter
        pandas.HDFStore
        """,
    Kind.ITERATOR: """
        csv.reader csv.DictReader csv.writer csv.DictWriter builtins.iter builtins.zip builtins.map
        builtins.filter builtins.enumerate builtins.reversed os.scandir os.walk glob.iglob
        re.finditer
        """,
    Kind.LOCK: """
        threading.Lock threading.RLock threading.Event threading.Condition threading.Semaphore
        threading.Thread threading.local threading.Barrier threading.BoundedSemaphore
        multiprocessing.Lock multiprocessing.RLock
        """,
    Kind.CONTEXT: "contextvars.ContextVar",
    Kind.CONNECTION: """
        sqlite3.connect psycopg2.connect psycopg.connect pymysql.connect mysql.connector.connect
        duckdb.connect sqlalchemy.create_engine pyodbc.connect redis.Redis pymongo.MongoClient
        boto3.client boto3.resource boto3.Session cx_Oracle.connect oracledb.connect
        snowflake.connector.connect clickhouse_connect.get_client
        """,
    Kind.DISPLAY: "IPython.display.DisplayHandle",
    Kind.SOCKET: "socket.socket socket.create_connection",
    Kind.PROCESS: "subprocess.Popen os.popen",
    Kind.POOL: """
        multiprocessing.Pool multiprocessing.Process multiprocessing.Queue
        concurrent.futures.ThreadPoolExecutor concurrent.futures.ProcessPoolExecutor
        dask.distributed.Client distributed.Client ray.init
        """,
    Kind.SESSION: "pyspark.SparkContext pyspark.sql.SparkSession",
    Kind.RNG: """
        random.Random numpy.random.default_rng numpy.random.RandomState numpy.random.Generator
        torch.Generator
        """,
    Kind.PATH: """
        pathlib.Path pathlib.PurePath pathlib.PosixPath pathlib.Path.cwd pathlib.Path.home
        pathlib.PurePosixPath
        """,
}
_KINDS = {ref: kind for kind, refs in _MAKERS.items() for ref in words(refs)}


def kind_of(ref: str) -> Kind:
    """What a call of a library's function makes."""
    if ref.startswith("itertools.") and not ref.endswith("tee"):
        return Kind.ITERATOR
    if ref.startswith("pyspark.sql.SparkSession") and ref.endswith("getOrCreate"):
        return Kind.SESSION
    return _KINDS.get(ref, Kind.PLAIN)


def call_effects(ref: str, given: Arguments, place: Place) -> list[Effect]:
    """Effects of calling a library's function, files apart."""
    if ref in _SEEDS:
        return [Effect(EffectKind.SEED, key, place) for key in _SEEDS[ref]]
    if ref in _ASKS:
        return [Effect(EffectKind.ASK, ref, place), Effect(EffectKind.SHOW, _CHANGES, place)]
    owner, _, called = ref.rpartition(".")
    if ref == "os.getenv" or (owner in {"os.environ", "sys.modules"} and called in _ENVIRON_READS):
        return [Effect(EffectKind.USE, "os.environ", place)]
    key = setting_of(ref)
    if key:
        given_path = given.get(0, "path") if ref == "os.chdir" else None
        path = given_path.text if given_path is not None else None
        path = FIGURES if ref in KEEPING_FIGURES else path
        top = ref.partition(".")[0]
        again = [Effect(EffectKind.PATCH, top, place, path=ref)] if ref in REPEATED else []
        return [Effect(EffectKind.SET, key, place, path=path), *again]
    drawn = _drawn(ref, given)
    if drawn:
        return [Effect(EffectKind.DRAW, drawn, place)]
    if ref in DISPLAYS and "display_id" in given.keywords:
        shown = given.keywords["display_id"].text or ""
        changes = ref.endswith("update_display")
        return [Effect(EffectKind.DISPLAY, shown, place, writes=changes)]
    if ref in _SHOWS or ref in _CLOCKS:
        shown = PRINTS if ref in _SHOWS else _CHANGES
        return [Effect(EffectKind.SHOW, shown, place)]
    module, _, name = ref.rpartition(".")
    if module in {"requests", "httpx"} and name in _WORLD:
        return [Effect(EffectKind.WORLD, ref, place)]
    return []


def _drawn(ref: str, given: Arguments) -> str:
    module, _, name = ref.rpartition(".")
    if module == "random":
        return "" if name in _NOT_DRAWS else "random"
    if module == "numpy.random":
        return "" if name in _NOT_DRAWS | _GENERATORS else "numpy.random"
    if module in {"torch", "torch.random"} and name in _TORCH_READS:
        return "torch"
    if module == "torch" and name in _TORCH_DRAWS:
        return "" if "generator" in given.keywords else "torch"
    if module.startswith("torch.nn.init"):
        return "torch"
    if module in {"torch.nn", "torch.nn.functional"} and (name[:1].isupper() or "dropout" in name):
        return "torch" if _has_weights(name) else ""
    if name == "DataLoader" and given.literal("shuffle") is True:
        return "" if "generator" in given.keywords else "torch"
    if module == "torch.utils.data" and name == "random_split":
        return "" if "generator" in given.keywords else "torch"
    if ref.startswith("sklearn.") and name in _SKLEARN_DRAWS and _unseeded(given):
        return "" if given.literal("shuffle") is False else "numpy.random"
    if module.startswith("scipy.stats") and name in {"rvs", "bootstrap", "permutation_test"}:
        return "numpy.random" if _unseeded(given) else ""
    if ref.startswith("tensorflow.random."):
        return "tensorflow"
    return ""


def _has_weights(name: str) -> bool:
    starts = (
        "Linear",
        "Conv",
        "LSTM",
        "GRU",
        "RNN",
        "Embedding",
        "Bilinear",
        "Transformer",
        "Multihead",
    )
    return name.startswith(starts) or "ropout" in name


def _unseeded(given: Arguments) -> bool:
    """No `random_state`, or None as one."""
    if given.spread and "random_state" not in given.keywords:
        return False
    return "random_state" not in given.keywords or given.literal("random_state") is None


def draws_later(ref: str, given: Arguments) -> bool:
    """Whether what this call makes draws from numpy's global generator when it is used."""
    if not ref.startswith(("sklearn.", "imblearn.")) or not _unseeded(given):
        return False
    name = ref.rpartition(".")[2]
    if name in _SHUFFLED:
        return given.literal("shuffle") is True
    return name in _SKLEARN_ESTIMATORS


def method_effects(receiver: Value, method: str, given: Arguments, place: Place) -> list[Effect]:
    """Effects of calling a method, files apart."""
    if receiver.kind is Kind.RNG:
        return []
    if receiver.draws and not method.startswith(("get_", "set_", "predict", "score", "transform")):
        return [Effect(EffectKind.DRAW, "numpy.random", place)]
    if method == "sample" and _unseeded(given) and "random" not in receiver.modules:
        return [Effect(EffectKind.DRAW, "numpy.random", place)]
    if method == "rvs" and _unseeded(given):
        return [Effect(EffectKind.DRAW, "numpy.random", place)]
    if receiver.kind is Kind.DISPLAY and method in {"update", "display"}:
        changes = method == "update"
        return [Effect(EffectKind.DISPLAY, receiver.text or "", place, writes=changes)]
    if method in _LOGGERS and "logging" in receiver.modules:
        return [Effect(EffectKind.SET, "logging", place)]
    if method in _WORLD_METHODS:
        return [Effect(EffectKind.WORLD, method, place)]
    return []


def caches(ref: str) -> bool:
    """Whether a library's decorator keeps results from call to call."""
    return ref in _CACHES


def cached_effect(facts: Facts) -> str:
    """What of a function's doing is seen to be missing where a cache answers; or empty."""
    kinds = {effect.kind for effect in facts.effects}
    keys = {effect.key for effect in facts.effects if effect.kind is EffectKind.SHOW}
    if facts.binds or any(isinstance(obj, tuple) and obj[0] in _GLOBALS for obj in facts.changed):
        return "changes variables of the notebook"
    if kinds & {EffectKind.DRAW, EffectKind.SEED}:
        return "draws random numbers"
    if any(effect.kind is EffectKind.FILE and effect.writes for effect in facts.effects):
        return "writes files"
    if EffectKind.WORLD in kinds:
        return "changes something outside"
    return min(keys - {PRINTS}, default=PRINTS if keys else "")


def is_seed(ref: str) -> bool:
    """Whether a library's function seeds a global random generator."""
    return ref in _SEEDS
