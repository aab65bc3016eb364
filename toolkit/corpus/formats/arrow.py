"""Values of Arrow that Python has no type for, such as times in nanoseconds: kept as they are."""

import re
from base64 import b64encode
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from toolkit.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}  # of a fraction of a second
MICROSECONDS = re.compile(r"\.\d{6}")


@dataclass(frozen=True, slots=True)
class ArrowValue:
    """`array` holds the value alone, so that it comes into another array without a change."""

    array: "pa.Array"

    @property
    def bytes(self) -> int:
        return int(self.array.nbytes)

    def plain(self) -> Any:
        """As JSON has it: dates, times and durations as text in ISO 8601 with all their digits,
        decimal numbers as text, bytes in base64, maps as lists of pairs.
        """
        return _plain(self.array[0])


def values_of(column: "pa.Array") -> list[Any]:
    """An InputError stands for text that is not UTF-8."""
    if not _is_of_python(column.type):
        nulls = column.is_null().to_pylist()
        return [
            None if is_null else ArrowValue(column.slice(index, 1))
            for index, is_null in enumerate(nulls)
        ]
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        values = [_text(each) for each in column]
    return values


def array_of(values: list[Any], kind: "pa.DataType") -> "pa.Array":
    """Raises OverflowError, TypeError or ValueError for a value that the type has no room for."""
    import pyarrow as pa

    if not any(isinstance(each, ArrowValue) for each in values):
        return pa.array(values, type=kind)
    return pa.concat_arrays([_of_type(each, kind) for each in values])


def _of_type(value: Any, kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    if not isinstance(value, ArrowValue):
        return pa.array([value], type=kind)
    return value.array if value.array.type == kind else value.array.cast(kind)


def _is_of_python(kind: "pa.DataType") -> bool:
    """Whether Python's values of the type tell all that Arrow's do, and take less time."""
    from pyarrow import types

    return any(
        is_kind(kind.value_type if types.is_dictionary(kind) else kind)
        for is_kind in (
            types.is_boolean,
            types.is_integer,
            types.is_float32,
            types.is_float64,
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_binary,
            types.is_large_binary,
            types.is_binary_view,
            types.is_fixed_size_binary,
            types.is_null,
        )
    )


def _text(scalar: "pa.Scalar") -> str | InputError | None:
    try:
        text: str | None = scalar.as_py()
    except UnicodeDecodeError:
        return InputError("is not UTF-8")
    return text


def _plain(scalar: Any) -> Any:
    """As in `ArrowValue.plain`. Nothing goes by Python's times, which end at the year 9999 and tell
    no nanoseconds, nor by pandas, which Arrow uses for these where it is installed.
    """
    from pyarrow import types

    kind = scalar.type
    if not scalar.is_valid:
        return None
    if hasattr(kind, "storage_type"):
        return _plain_extension(scalar)
    if types.is_dictionary(kind):
        return _plain(scalar.value)
    if types.is_map(kind):
        return [[_plain(pair[0]), _plain(pair[1])] for pair in scalar.values]
    if types.is_struct(kind):
        pairs = [(field.name, _plain(scalar[index])) for index, field in enumerate(kind)]
        fields = dict(pairs)
        return fields if len(fields) == len(pairs) else [list(pair) for pair in pairs]
    if types.is_nested(kind):  # a list of any kind
        if types.is_integer(kind.value_type) or types.is_floating(kind.value_type):
            return scalar.values.to_pylist()  # in a hundredth of the time
        return [_plain(each) for each in scalar.values]
    if types.is_duration(kind):
        seconds = Decimal(scalar.value).scaleb(-DIGITS[kind.unit]).normalize()
        return f"{'-' if seconds < 0 else ''}PT{abs(seconds):f}S"
    if types.is_temporal(kind):
        return _moment(scalar)
    return _plain_leaf(scalar)


def _plain_extension(scalar: Any) -> Any:
    """A UUID as its text; all else as it is stored."""
    from uuid import UUID

    value = scalar.as_py() if "uuid" in scalar.type.extension_name else None
    return str(value) if isinstance(value, UUID) else _plain(scalar.value)


def _plain_leaf(scalar: Any) -> Any:
    try:
        value = scalar.as_py()
    except UnicodeDecodeError:
        return bytes(scalar.as_buffer()).decode("utf-8", "backslashreplace")
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return str(value) if isinstance(value, Decimal) else value


def _moment(scalar: Any) -> str:
    """A date or time in ISO 8601; of a zone that isn't known here, and beyond Python's years, in
    UTC.
    """
    import numpy as np
    import pyarrow as pa

    kind, value, nanoseconds = scalar.type, scalar.value, 0
    unit: Any = getattr(kind, "unit", "D")
    zone = getattr(kind, "tz", None)
    if unit == "ns":
        value, nanoseconds = divmod(value, 1000)
        kind = pa.timestamp("us", zone) if pa.types.is_timestamp(kind) else pa.time64("us")
    try:
        moment = pa.scalar(value, kind).as_py()
        spec = {"timespec": "microseconds"} if nanoseconds else {}
        text: str = moment.isoformat(**spec)
    except (ArithmeticError, LookupError, ValueError):
        if kind == pa.date64():
            unit = "ms"
        return f"{np.datetime64(scalar.value, unit)}{'+00:00' if zone else ''}"
    return MICROSECONDS.sub(rf"\g<0>{nanoseconds:03}", text) if nanoseconds else text
