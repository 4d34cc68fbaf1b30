# Settings that read environment variables which a cell sets.
# expect: equal
# %%
import os

from pydantic_settings import BaseSettings, SettingsConfigDict
# %%
os.environ["SHOP_RATE"] = "0.25"
%env SHOP_NAME=corner
# %%
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="shop_")
    rate: float = 0.1
    name: str = "none"
# %%
settings = Settings()
settings
# %%
os.environ["SHOP_RATE"] = "0.5"
del os.environ["SHOP_NAME"]
# %%
print(settings, Settings())
