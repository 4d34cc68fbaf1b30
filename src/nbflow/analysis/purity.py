"""What usual libraries' methods and functions do to the objects they are given."""

from __future__ import annotations

__all__ = [
    "ALIASING_FUNCTIONS",
    "CLASS_MAKERS",
    "DRAWING_METHODS",
    "ELEMENT_METHODS",
    "FRESH_METHODS",
    "IMMUTABLE_ATTRIBUTES",
    "IMMUTABLE_FUNCTIONS",
    "KEEPING_METHODS",
    "MUTATING_FUNCTIONS",
    "PURE_CALLS",
    "PURE_METHODS",
    "SHALLOW_METHODS",
    "VIEW_METHODS",
    "keeps_arguments",
    "words",
]


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# The result shares memory or parts with the object.
VIEW_METHODS = words(
    """
    T view reshape ravel squeeze transpose swapaxes diagonal to_numpy values array flat
    real imag loc iloc at iat parameters named_parameters buffers children modules state_dict
    to cpu cuda float double half detach numpy permute expand unsqueeze contiguous narrow
    type requires_grad_ named_steps steps __enter__ __iter__
    """
)

# The result is an element of the object, or a view of its elements.
ELEMENT_METHODS = words(
    """
    get values items keys iterrows itertuples iteritems __getitem__ most_common elements get_group
    flatten get_axes get_figure gca
    """
)

# Change the object, and nothing that is reachable from it.
SHALLOW_METHODS = words(
    """
    append appendleft extend extendleft insert add update setdefault remove discard pop popitem
    popleft clear sort reverse push put rotate move_to_end subtract put_nowait
    intersection_update difference_update symmetric_difference_update insort __setitem__
    __delitem__
    """
)

# Keep what they are given.
KEEPING_METHODS = tuple(
    sorted(
        words(
            "add append insert push put register set extend update attach setdefault enqueue "
            "connect bind link"
        )
    )
)

# Change the object, but the result is a new one.
FRESH_METHODS = words(
    """
    fit_transform fit_predict fit_resample random integers normal uniform choice choices rand randn
    randint permutation shuffle standard_normal binomial poisson exponential beta gamma gauss
    randrange getrandbits bytes multivariate_normal training_step evaluate readline readlines read
    execute fetchone fetchall fetchmany commit write writelines
    """
)

_TEXT = """
    capitalize casefold center count encode decode endswith expandtabs find format format_map index
    isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace
    istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace
    rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title
    translate upper zfill hex fromhex bit_length is_integer as_integer_ratio conjugate
    match search fullmatch findall finditer sub subn group groups groupdict start end span
    strftime isoformat timestamp date time weekday isoweekday isocalendar strptime total_seconds
    """
_COLLECTIONS = """
    copy union intersection difference symmetric_difference issubset issuperset isdisjoint fromkeys
    __len__ __contains__ __repr__ __str__ __eq__ __hash__ _asdict _replace as_posix
    """
_PANDAS = """
    head tail sample describe info query eval filter where mask assign apply applymap map transform
    agg aggregate pipe groupby resample rolling expanding ewm pivot pivot_table melt stack unstack
    explode merge merge_asof  concat sort_values sort_index nlargest nsmallest
    drop_duplicates duplicated dropna fillna ffill bfill interpolate isna isnull notna notnull
    isin between clip round abs add_prefix add_suffix rename rename_axis reindex reindex_like
    set_index reset_index set_axis droplevel swaplevel reorder_levels align compare equals corr cov
    corrwith mean median mode std var sem min max sum prod product cumsum cumprod cummax cummin diff
    pct_change rank quantile skew kurt kurtosis nunique unique value_counts any all idxmin idxmax
    first last first_valid_index last_valid_index select_dtypes convert_dtypes infer_objects astype
    to_dict to_list tolist to_frame to_period to_timestamp to_records to_string to_html to_latex
    to_markdown to_json to_csv to_parquet to_pickle to_excel to_sql to_feather to_hdf to_stata
    to_xarray to_clipboard to_datetime tz_localize tz_convert asfreq asof shift truncate squeeze
    memory_usage items keys xs take get_dummies nth size ngroup cumcount ohlc to_series
    get_indexer get_loc get_level_values searchsorted factorize repeat argmin argmax argsort
    contains extract extractall cat len slice get_option day_name month_name normalize floor ceil
    combine combine_first  mul div sub  truediv floordiv mod pow radd rsub rmul
    rdiv dot eq ne lt le gt ge drop delete  join lookup  plot hist boxplot
    background_gradient  highlight_max highlight_min format_index to_styler
    """
_NUMPY = """
    dumps flatten nonzero ptp trace conj tobytes tostring item compress choose
     tofile getfield
    """
_MODELS = """
    predict predict_proba predict_log_proba decision_function score transform inverse_transform
    get_params get_feature_names_out get_support get_n_leaves get_depth kneighbors
    kneighbors_graph score_samples  staged_predict staged_predict_proba cost_complexity
    named_transformers_ summary_frame get_booster get_score predict_on_batch count_params
    get_config get_weights get_forecast get_prediction conf_int get_feature_importance split
    get_n_splits get_metadata_routing explain shap_values
    """
_TORCH = """
    item tolist clone norm argmax argmin softmax log_softmax sigmoid relu tanh exp log sqrt size dim
    numel matmul mm bmm topk eq ne gt lt ge le long int bool element_size chunk cat
    flatten repeat_interleave gather index_select masked_select unique cumsum pin_memory
    """
_PATHS = """
    exists is_file is_dir glob rglob iterdir joinpath with_suffix with_name with_stem resolve
    absolute relative_to as_uri stat read_text read_bytes write_text write_bytes mkdir unlink rmdir
    touch expanduser is_absolute match samefile owner open
    """
_OUTPUT = """
    show savefig write_html write_image write_json to_image to_plotly_json summary print_summary
    display save getvalue getbuffer fileno isatty readable writable seekable tell
    json raise_for_status iter_lines iter_content
    """

# Leave the object as it is (`inplace=True` apart).
PURE_METHODS = (
    words(_TEXT)
    | words(_COLLECTIONS)
    | words(_PANDAS)
    | words(_NUMPY)
    | words(_MODELS)
    | words(_TORCH)
    | words(_PATHS)
    | words(_OUTPUT)
    | VIEW_METHODS
    | ELEMENT_METHODS
)

# Attributes whose values never change in place.
IMMUTABLE_ATTRIBUTES = words(
    """
    shape size ndim dtype dtypes columns index name names empty nbytes itemsize is_leaf device
    __name__ __doc__ __class__ __module__ __version__ __len__ stem suffix parent parts name
    n_features_in_ n_samples classes_ year month day hour minute second microsecond days seconds
    start stop step hasnans is_unique nlevels
    """
)

# Results that are numbers, strings, bools or None.
IMMUTABLE_FUNCTIONS = words(
    """
    abs all any ascii bin bool bytes callable chr complex divmod float format hasattr hash hex id
    input int isinstance issubclass len oct ord pow print range repr round str slice type frozenset
    """
)

# Functions that change an argument: position of the argument.
MUTATING_FUNCTIONS: dict[str, int] = {
    "random.shuffle": 0,
    "numpy.random.shuffle": 0,
    "heapq.heappush": 0,
    "heapq.heappop": 0,
    "heapq.heapify": 0,
    "heapq.heapreplace": 0,
    "heapq.heappushpop": 0,
    "bisect.insort": 0,
    "bisect.insort_left": 0,
    "bisect.insort_right": 0,
    "builtins.setattr": 0,
    "builtins.delattr": 0,
    "builtins.next": 0,
    "importlib.reload": 0,
    "builtins.anext": 0,
    "operator.setitem": 0,
    "operator.delitem": 0,
    "operator.iadd": 0,
    "operator.imul": 0,
    "operator.ior": 0,
    "numpy.copyto": 0,
    "numpy.put": 0,
    "numpy.place": 0,
    "numpy.putmask": 0,
    "numpy.fill_diagonal": 0,
    "numpy.put_along_axis": 0,
    "numpy.add.at": 0,
    "numpy.subtract.at": 0,
    "numpy.multiply.at": 0,
    "numpy.maximum.at": 0,
    "numpy.minimum.at": 0,
    "torch.nn.init.xavier_uniform_": 0,
    "torch.nn.init.xavier_normal_": 0,
    "torch.nn.init.kaiming_uniform_": 0,
    "torch.nn.init.kaiming_normal_": 0,
    "torch.nn.init.zeros_": 0,
    "torch.nn.init.ones_": 0,
    "torch.nn.init.normal_": 0,
    "torch.nn.init.uniform_": 0,
    "torch.nn.init.constant_": 0,
    "torch.nn.utils.clip_grad_norm_": 0,
    "pickle.dump": 1,
    "json.dump": 1,
    "csv.writer": 0,
    "csv.DictWriter": 0,
}

# Functions whose result shares what they are given.
ALIASING_FUNCTIONS = words(
    """
    numpy.asarray numpy.asanyarray numpy.ravel numpy.reshape numpy.transpose numpy.squeeze
    numpy.swapaxes numpy.atleast_1d numpy.atleast_2d numpy.expand_dims numpy.broadcast_to
    numpy.ascontiguousarray numpy.diagonal torch.from_numpy torch.as_tensor torch.reshape
    torch.transpose torch.squeeze torch.unsqueeze builtins.memoryview builtins.getattr
    builtins.vars builtins.iter builtins.next builtins.max builtins.min weakref.ref typing.cast
    """
)

# Calls that give the same in every process and cost nothing: what constants may be made of.
PURE_CALLS = words(
    """
    builtins.abs builtins.bool builtins.bytes builtins.chr builtins.complex builtins.dict
    builtins.divmod builtins.float builtins.frozenset builtins.int
    builtins.isinstance builtins.len builtins.list builtins.max builtins.min builtins.ord
    builtins.pow builtins.range builtins.repr builtins.round builtins.set builtins.slice
    builtins.sorted builtins.str builtins.sum builtins.tuple builtins.type builtins.hasattr
    builtins.getattr builtins.object
    pathlib.Path pathlib.PurePath pathlib.PurePosixPath pathlib.Path.cwd pathlib.Path.home
    os.path.join os.path.abspath os.path.dirname os.path.basename os.path.expanduser
    os.path.normpath os.path.splitext os.path.realpath os.getenv os.environ.get os.getcwd
    os.environ.copy os.cpu_count
    re.compile re.escape datetime.date datetime.datetime datetime.time datetime.timedelta
    datetime.timezone datetime.datetime.strptime datetime.date.fromisoformat
    datetime.datetime.fromisoformat zoneinfo.ZoneInfo decimal.Decimal fractions.Fraction
    uuid.UUID math.sqrt math.log math.log2 math.log10 math.exp math.ceil math.floor math.pow
    math.sin math.cos math.radians math.prod math.comb math.factorial
    collections.namedtuple collections.OrderedDict collections.defaultdict collections.Counter
    collections.deque typing.NamedTuple typing.TypedDict typing.TypeVar typing.NewType
    typing.ParamSpec typing.Annotated enum.Enum enum.IntEnum enum.StrEnum dataclasses.dataclass
    dataclasses.field dataclasses.make_dataclass dataclasses.replace types.SimpleNamespace
    types.MappingProxyType functools.partial functools.lru_cache functools.cache functools.wraps
    operator.itemgetter operator.attrgetter operator.methodcaller
    numpy.dtype numpy.float32 numpy.float64 numpy.int32 numpy.int64 numpy.timedelta64
    numpy.datetime64 pandas.Timestamp pandas.Timedelta pandas.DateOffset
    torch.device torch.cuda.is_available torch.cuda.device_count torch.backends.mps.is_available
    logging.getLogger string.Template json.loads textwrap.dedent inspect.cleandoc
    platform.system platform.python_version
    """
)


# Calls that make classes: the result travels as source.
CLASS_MAKERS = words(
    """
    collections.namedtuple typing.NamedTuple typing.TypedDict typing.TypeVar typing.NewType
    typing.ParamSpec enum.Enum enum.IntEnum enum.StrEnum enum.Flag enum.IntFlag
    dataclasses.make_dataclass pydantic.create_model
    """
)

# Methods that draw on axes, where the object comes from matplotlib.
DRAWING_METHODS = words(
    "plot hist boxplot bar barh scatter pie contour table text violinplot stem step index"
)


def is_mutator(name: str) -> bool:
    """Whether a method of this name surely changes its object."""
    return name in SHALLOW_METHODS or (name in FRESH_METHODS and name not in PURE_METHODS)


def keeps_arguments(name: str) -> bool:
    """Whether a call of this name builds an object around its arguments."""
    last = name.rpartition(".")[2].lstrip("_")
    return last[:1].isupper() or last in {"make_pipeline", "make_union", "partial", "chain"}
