"""The form of tau-bench retail's files, as far as a shop needs it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=500)]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Amount = Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
MOST = 100_000  # customers, orders or products of one shop


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TauAddress(_Part):
    address1: Text
    address2: Text = ""
    city: Text
    country: Text
    state: Text
    zip: Text


class TauName(_Part):
    first_name: Text
    last_name: Text


class TauWay(_Part):
    source: Id
    id: Id
    brand: Text = ""
    last_four: Text = ""
    balance: Amount | None = None


class TauUser(_Part):
    name: TauName
    address: TauAddress
    email: Id
    payment_methods: Annotated[dict[Id, TauWay], Field(max_length=50)]


class TauVariant(_Part):
    item_id: Id
    options: Annotated[dict[Id, Text], Field(max_length=50)]
    available: bool
    price: Amount


class TauProduct(_Part):
    name: Text
    product_id: Id
    variants: Annotated[dict[Id, TauVariant], Field(min_length=1, max_length=1_000)]


class TauItem(_Part):
    name: Text
    product_id: Id
    item_id: Id
    price: Amount
    options: Annotated[dict[Id, Text], Field(max_length=50)]


class TauFulfilment(_Part):
    tracking_id: Annotated[list[Text], Field(max_length=50)]
    item_ids: Annotated[list[Id], Field(max_length=500)]


class TauTransaction(_Part):
    transaction_type: Id
    amount: Amount
    payment_method_id: Id


class TauOrder(_Part):
    order_id: Id
    user_id: Id
    address: TauAddress
    items: Annotated[list[TauItem], Field(min_length=1, max_length=500)]
    fulfillments: Annotated[list[TauFulfilment], Field(max_length=50)]
    status: Id
    payment_history: Annotated[list[TauTransaction], Field(max_length=100)]
