# Configuration read from YAML, INI and TOML files that cells write.
# expect: equal
# %%
import configparser
import tomllib
from pathlib import Path

import yaml
# %%
%%writefile config.yaml
model: {kind: forest, depth: 3}
paths: [a, b]
# %%
config = yaml.safe_load(Path("config.yaml").read_text())
config["model"]["depth"] += 1
# %%
ini = configparser.ConfigParser()
ini.read_dict({"db": {"host": "local", "port": "1"}})
with open("app.ini", "w") as file:
    ini.write(file)
# %%
ini["db"]["port"] = "2"
with open("config.yaml", "w") as file:
    yaml.safe_dump(config, file)
# %%
stored = configparser.ConfigParser()
stored.read("app.ini")
print(stored["db"]["port"], ini.getint("db", "port"), Path("config.yaml").read_text())
# %%
tomllib.loads('n = 1\n[a]\nb = "c"'), config
