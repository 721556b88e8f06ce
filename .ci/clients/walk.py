"""Lists, gets, places and cancels with a client that openapi-python-client makes of the document."""

import datetime
import importlib
import sys
import uuid

PACKAGE = "linkway_client"


def module(path):
    return importlib.import_module(f"{PACKAGE}.{path}")


client = module("client").Client(
    base_url=sys.argv[1],
    headers={"Accept": "application/json"},
    raise_on_unexpected_status=True,
)
models = module("models")


def call(tag, name, *arguments, **more):
    answer = module(f"api.{tag}.{name}").sync_detailed(*arguments, client=client, **more)
    if answer.status_code >= 400:
        raise SystemExit(f"{name}: {answer.status_code} {answer.content}")
    return answer.parsed


consumer = call("consumers", "list_consumers", limit=2).field_embedded.item[0]
restaurant = call("restaurants", "list_restaurants").field_embedded.item[0]
dish = call("restaurants", "list_menu_items", restaurant.id).field_embedded.item[0]

body = models.PlaceOrderBody(
    consumer_id=consumer.id,
    restaurant_id=restaurant.id,
    line_items=[models.PlaceOrderBodyLineItemsItem(menu_item_id=dish.id, quantity=2)],
    delivery_information=models.DeliveryInformation(
        time=datetime.datetime(2030, 1, 15, 19, 30, tzinfo=datetime.timezone.utc),
        address="12 St James Square",
    ),
)
placed = call("orders", "place_order", body=body, idempotency_key=str(uuid.uuid4()))
assert placed.state == "APPROVED", placed
assert placed.total.amount == 2 * dish.price.amount

got = call("orders", "get_order", placed.id, expand=["consumer"])
# What `expand` brings has its type.
assert isinstance(got.field_embedded.consumer, models.Consumer), got.field_embedded
assert got.field_embedded.consumer.name == consumer.name

listed = call("orders", "list_orders", consumer_id=consumer.id)
assert placed.id in [order.id for order in listed.field_embedded.item]

cancelled = call("orders", "cancel_order", placed.id)
assert cancelled.state == "CANCELLED", cancelled

again = module("api.orders.cancel_order").sync_detailed(placed.id, client=client)
assert again.parsed.type_ == "/problems/action-not-allowed", again
print(f"Python: listed, got, placed and cancelled {placed.id}")
