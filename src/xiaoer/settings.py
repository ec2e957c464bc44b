"""Settings, from the environment (XIAOER_...) or a .env file. Read by app and cli only."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, its unit and its default. Documented in docs/settings.md (a test says so)."""

    model_config = SettingsConfigDict(env_prefix="XIAOER_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        default=Path("var"), description="Where databases, index, model and secrets are kept"
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty: SQLite in data_dir. postgresql://user:password@host/name",
    )
    policy_file: Path | None = Field(
        default=None, description="The shop's policy.yaml; empty: the demo shop's"
    )
    shop: str = Field(
        default="demo",
        pattern=r"^[a-z0-9-]{1,60}$",
        description="Which shop is served: demo, or one that was imported (xiaoer shop import)",
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the service listens on")
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="Other sites that may embed the widget, comma-separated origins"
    )
    sign_in_keys: Path | None = Field(
        default=None, description="JSON file of keys the shop signs its customers in with; see docs/api.md"
    )
    staff_tokens: SecretStr = Field(
        default=SecretStr(""), description="Staff and their tokens: name:token, comma-separated"
    )
    secret: SecretStr = Field(
        default=SecretStr(""), description="Signs conversation tokens; empty: made once and kept in data_dir"
    )
    settle_s: float = Field(
        default=0.15, ge=0, le=1, description="Seconds to wait for more messages of a burst before answering"
    )
    shop_read_timeout_s: float = Field(
        default=3.0, gt=0, le=30, description="Longest read from the order system"
    )
    shop_write_timeout_s: float = Field(
        default=8.0, gt=0, le=30, description="Longest write to the order system"
    )
    embeddings_url: str = Field(
        default="",
        description="OpenAI-compatible endpoint for embeddings, without /embeddings; empty: none is called",
    )
    embeddings_model: str = Field(default="", description="The model's name at that endpoint")
    embeddings_key: SecretStr = Field(
        default=SecretStr(""), description="The endpoint's key, if it wants one"
    )
    embeddings_key_file: Path | None = Field(default=None, description="A file with the key, instead")
    embeddings_folder: Path | None = Field(
        default=None, description="Folder of an ONNX sentence-embedding model, instead of an endpoint"
    )
    embeddings_prefix: str = Field(
        default="",
        max_length=200,
        description="What the model wants before every text, e.g. 'query: ' for E5",
    )
    embeddings_timeout_s: float = Field(
        default=0.3, gt=0, le=5, description="Longest a customer waits for an embedding before words decide"
    )
    llm: bool = Field(default=True, description="False: no language model is asked, whatever else is set")
    llm_maker: str = Field(
        default="openai",
        description="Whose: openai, azure, deepseek, qwen, kimi, gemini, anthropic, vllm, ollama or other",
    )
    llm_url: str = Field(
        default="",
        validation_alias=AliasChoices("llm_url", "XIAOER_LLM_URL", "OPENAI_BASE_URL"),
        description="Its address, with /v1; empty: where the maker usually is",
    )
    llm_model: str = Field(default="gpt-5-mini", description="The model's name there")
    llm_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key; with one, a model is asked where the local engine is not sure",
    )
    llm_key_file: Path | None = Field(default=None, description="A file with the key, instead")
    llm_thinking: Literal["off", "minimal", "low", "medium", "high"] = Field(
        default="off", description="How long it may think before it speaks, where it can: off is quickest"
    )
    llm_region: str = Field(
        default="", max_length=40, description="Where it is, as you call it: kept with each call"
    )
    llm_small_model: str = Field(
        default="", description="A cheaper model at the same address, for wording; empty: the same one"
    )
    llm_small_prices: str = Field(default="", description="Of a million of its tokens; see llm_prices")
    llm_fallback_maker: str = Field(
        default="openai", description="Whose endpoint is asked where the first is gone; see llm_maker"
    )
    llm_fallback_url: str = Field(default="", description="Its address; empty: where the maker usually is")
    llm_fallback_model: str = Field(default="", description="The model's name there; empty: none")
    llm_fallback_key_file: Path | None = Field(default=None, description="A file with its key")
    llm_fallback_region: str = Field(default="", max_length=40, description="Where it is, as you call it")
    llm_fallback_prices: str = Field(default="", description="Of a million tokens there; see llm_prices")
    llm_prices: str = Field(
        default="",
        description="Of a million tokens sent, cached, made, e.g. '0.25 0.025 2': for the ledger",
    )
    llm_budgets: str = Field(
        default="turn calls=6; conversation calls=100; customer calls=300; shop calls=50000",
        description="Most calls, tokens, money, seconds: of a turn, a conversation, a customer's day, a day",
    )
    llm_voice: str = Field(
        default="upset",
        pattern="^(never|upset|always)$",
        description="When it words what our templates say: never, upset (the customer is), always",
    )
    llm_voice_s: float = Field(
        default=4.0, gt=0, le=6, description="Seconds after which the template's own words are said instead"
    )
    persona_file: Path | None = Field(
        default=None, description="persona.yaml: how the model is to speak; empty: friendly, as 小二"
    )
    llm_within_s: float = Field(
        default=7.0, gt=0, le=12, description="Seconds of a turn after which the local engine answers instead"
    )
    llm_assist_s: float = Field(
        default=15.0, gt=0, le=60, description="Seconds somebody at the desk waits for its help, at most"
    )
    llm_begins: Literal["off", "shadow", "suggest", "automatic"] = Field(
        default="automatic",
        description="The mode of every intent that nobody has switched: off, shadow, suggest, automatic",
    )
    llm_sample: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="In shadow and suggest: share of the turns it is not needed in that it is tried on too",
    )
    llm_bar: str = Field(
        default="trials=50 good=0.85 held=0.05 unsure=10",
        description="What trials must come to before an intent goes up: how many, lower bound, held back, "
        "how many the local engine was not sure of",
    )
    mcp: bool = Field(
        default=False, description="Also serve agents of customers, at /mcp; needs the extra mcp"
    )
    mcp_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Host names under which agents reach /mcp, comma-separated; this machine's are known",
    )
    customer_page: str = Field(
        default="",
        description="Page where customers find their conversation; may hold {conversation_id}",
    )
    mcp_token: SecretStr = Field(
        default=SecretStr(""), description="Token an agent on this machine asks with: xiaoer mcp over stdio"
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @model_validator(mode="after")
    def _openai_key(self) -> Self:
        """The key others use too is used where an address was named: alone it switches nothing on."""
        if self.llm_url and not self.llm_key.get_secret_value() and self.llm_key_file is None:
            self.llm_key = SecretStr(os.environ.get("OPENAI_API_KEY", ""))
        return self

    @field_validator("allowed_origins", "mcp_hosts", mode="before")
    @classmethod
    def _by_commas(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return [part.strip() for part in given.split(",") if part.strip()]

    @field_validator("embeddings_url", "llm_url", "llm_fallback_url")
    @classmethod
    def _known_endpoint(cls, url: str) -> str:
        place = urlsplit(url)
        if url and (place.scheme not in ("http", "https") or not place.hostname or place.password):
            raise ValueError("write https://HOST/v1, the key apart (XIAOER_EMBEDDINGS_KEY, XIAOER_LLM_KEY)")
        return url

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("write sqlite:///FILE or postgresql://user:password@host/name")
        return url
