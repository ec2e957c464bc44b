"""Several orders in one breath."""

from xiaoer.decide.fill import MOST_IN_A_ROW, for_each_order
from xiaoer.domain.decision import Task
from xiaoer.domain.understanding import Slots


def test_a_long_row_of_orders_is_not_a_long_row_of_tasks() -> None:
    numbers = tuple(f"M{n:08d}" for n in range(300))
    task: Task | None = Task(action="cancel_order", args={"order_id": numbers[0]})
    assert task is not None
    task = for_each_order(task, Slots(order_ids=numbers), "、".join(numbers))
    seen = []
    while task is not None:
        seen.append(task.args["order_id"])
        task = task.then
    assert tuple(seen) == numbers[:MOST_IN_A_ROW]
