# Loggers, handlers, formats and a list of records go on over cells.
# expect: equal
# %%
import logging
import sys

logging.basicConfig(
    stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s %(message)s"
)
log = logging.getLogger("etl")
# %%
log.info("begin")


# %%
class Keep(logging.Handler):
    def __init__(self):
        super().__init__()
        self.kept = []

    def emit(self, record):
        self.kept.append(record.getMessage())


# %%
keep = Keep()
log.addHandler(keep)
log.warning("first")
# %%
log.setLevel(logging.ERROR)
log.warning("not shown")
log.error("second %d", 2)
# %%
print(keep.kept, log.handlers[0] is keep, log.level)
# %%
logging.disable(logging.CRITICAL)
log.error("off")
# %%
logging.disable(logging.NOTSET)
log.error("on")
len(keep.kept)
