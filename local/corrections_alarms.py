"""Keeps and judges alarms of the emulator's CloudWatch as AWS does.

As it comes from the package index, the emulator throws all dimensions of a metric together, takes the whole
evaluation range for one period, knows neither "m out of n" nor missing data, and looks at an alarm only when a
metric arrives. An alarm would then fire, or keep silent, for other reasons than in an account. It also forgets the
metrics of an expression, and gives back only a part of what an alarm was told.

Alarms over metric math are kept and not judged: they stay in INSUFFICIENT_DATA.
"""

import json
import time
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def evaluate(alarm):
    """Gives the alarm its state, and tells its actions when that is a new one."""
    state = None
    if alarm.get("MetricName") and alarm.get("ComparisonOperator") in COMPARISONS:
        state = state_of(alarm, periods(alarm, time.time()))
    before = alarm["StateValue"]
    if state is None or state == before:
        return
    reason = f"Threshold Crossed: {alarm['ComparisonOperator']} {alarm['Threshold']}"
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    # Composite alarms are judged by the emulator itself, when one of theirs changes.
    cloudwatch._evaluate_parent_alarms(alarm)


def periods(alarm, now):
    """The points of each period of the evaluation range, the latest first."""
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    found = [[] for _ in range(alarm["EvaluationPeriods"])]
    for point in cloudwatch._metrics.get(key) or []:
        age = int((now - point["Timestamp"]) // alarm["Period"])
        if 0 <= age < len(found):
            found[age].append(point)
    return found


def state_of(alarm, found):
    """The state that those points mean, None where they change nothing."""
    missing = alarm.get("TreatMissingData") or "missing"
    with_data = [points for points in found if points]
    if not with_data and missing == "ignore":
        return None
    if not with_data and missing == "missing":
        return "INSUFFICIENT_DATA"
    breaching = sum(is_breaching(alarm, points) for points in with_data)
    if missing == "breaching":
        breaching += len(found) - len(with_data)
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    return "ALARM" if breaching >= needed else "OK"


def is_breaching(alarm, points):
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), statistic, points)
    return value is not None and COMPARISONS[alarm["ComparisonOperator"]](value, alarm["Threshold"])


def describe(params, cbor_data, is_cbor, is_json=False):
    """Every setting of every alarm, and the state that is true now."""
    # AWS looks every minute, whether or not anybody sends a metric. Here it is enough when somebody asks.
    cloudwatch._evaluate_all_alarms()
    if is_cbor or is_json:
        return stock_describe(params, cbor_data, is_cbor, is_json)
    _, _, page = stock_describe({}, as_json(params), False, True)
    page = {name: value for name, value in json.loads(page).items() if value}
    result = f"<DescribeAlarmsResult>{xml(page)}</DescribeAlarmsResult>"
    return cloudwatch._xml(200, "DescribeAlarmsResponse", result)


def as_json(params):
    """A question in the form of a query in the form of JSON."""
    texts = {name: cloudwatch._p(params, name) for name in ("AlarmNamePrefix", "StateValue", "NextToken")}
    members = ("AlarmNames", "AlarmTypes")
    lists = {name: nested(params, name) for name in members if nested(params, name)}
    return {name: value for name, value in {**texts, **lists}.items() if value}


def put(params, cbor_data, is_cbor, is_json=False):
    """Keeps the metrics of an expression with the alarm."""
    answer = stock_put(params, cbor_data, is_cbor, is_json)
    source = cbor_data if is_cbor or is_json else {"Metrics": nested(params, "Metrics")}
    name = cbor_data.get("AlarmName") if is_cbor or is_json else cloudwatch._p(params, "AlarmName")
    alarm = cloudwatch._alarms.get(name) or {}
    if alarm.get("ExtendedStatistic"):
        alarm.pop("Statistic", None)
    if alarm and source.get("Metrics"):
        alarm["Metrics"] = source["Metrics"]
        for field in ("MetricName", "Namespace", "Statistic", "Period"):
            alarm.pop(field, None)
    return answer


def nested(params, prefix):
    """`A.member.1.B.C=x` as `[{"B": {"C": "x"}}]`."""
    tree = {}
    for name in params:
        path = name.split(".")
        if path[0] == prefix:
            place = tree
            for step in path[1:-1]:
                place = place.setdefault(step, {})
            place[path[-1]] = cloudwatch._p(params, name)
    return lists_of(tree)


def lists_of(tree):
    if not isinstance(tree, dict):
        return tree
    if set(tree) == {"member"}:
        return [lists_of(value) for _, value in sorted(tree["member"].items(), key=lambda entry: int(entry[0]))]
    return {name: lists_of(value) for name, value in tree.items()}


def xml(value):
    if isinstance(value, dict):
        # Moments are written otherwise in XML than in JSON, and nobody asks for them.
        named = {name: one for name, one in value.items() if one is not None and not name.endswith("Timestamp")}
        return "".join(f"<{name}>{xml(one)}</{name}>" for name, one in named.items())
    if isinstance(value, list):
        return "".join(f"<member>{xml(one)}</member>" for one in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


stock_describe = cloudwatch._describe_alarms
stock_put = cloudwatch._put_metric_alarm
