"""Names for identifiers, so that an order number is never passed for a customer."""

from typing import NewType

ShopId = NewType("ShopId", str)
CustomerId = NewType("CustomerId", str)
OrderId = NewType("OrderId", str)
LineId = NewType("LineId", str)
ProductId = NewType("ProductId", str)
VariantId = NewType("VariantId", str)
CaseId = NewType("CaseId", str)  # a return or an exchange
RefundId = NewType("RefundId", str)
WayId = NewType("WayId", str)  # a way to pay that a customer has on file
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
TurnId = NewType("TurnId", str)
IntentId = NewType("IntentId", str)  # a proposed effect: the row behind a confirmation card
StaffId = NewType("StaffId", str)
PhotoId = NewType("PhotoId", str)
TemplateId = NewType("TemplateId", str)  # one version of a reply template
