"""Messages of a schema that is made at run time, with protobuf's native implementation."""

import copy
import math
import pickle

import pytest
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    json_format,
    message_factory,
    struct_pb2,
    text_format,
    timestamp_pb2,
)
from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError

F = descriptor_pb2.FieldDescriptorProto


@pytest.fixture(scope="module")
def classes():
    file = descriptor_pb2.FileDescriptorProto(name="house.proto", package="house", syntax="proto3")
    room = file.message_type.add(name="Room")
    for number, (name, kind) in enumerate(
        [("name", F.TYPE_STRING), ("area", F.TYPE_DOUBLE), ("level", F.TYPE_SINT32), ("data", F.TYPE_BYTES)], 1
    ):
        room.field.add(name=name, number=number, type=kind, label=F.LABEL_OPTIONAL)
    room.field.add(name="tags", number=5, type=F.TYPE_INT64, label=F.LABEL_REPEATED)
    room.field.add(name="open", number=6, type=F.TYPE_BOOL, label=F.LABEL_OPTIONAL)
    house = file.message_type.add(name="House")
    house.field.add(name="rooms", number=1, type=F.TYPE_MESSAGE, type_name=".house.Room", label=F.LABEL_REPEATED)
    house.field.add(name="best", number=2, type=F.TYPE_MESSAGE, type_name=".house.Room", label=F.LABEL_OPTIONAL)
    entry = house.nested_type.add(name="PricesEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=F.TYPE_STRING, label=F.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=F.TYPE_FLOAT, label=F.LABEL_OPTIONAL)
    house.field.add(
        name="prices", number=3, type=F.TYPE_MESSAGE, type_name=".house.House.PricesEntry", label=F.LABEL_REPEATED
    )
    kind = file.enum_type.add(name="Kind")
    kind.value.add(name="HUT", number=0)
    kind.value.add(name="VILLA", number=1)
    house.field.add(name="kind", number=4, type=F.TYPE_ENUM, type_name=".house.Kind", label=F.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return [
        message_factory.GetMessageClass(pool.FindMessageTypeByName("house." + name)) for name in ("Room", "House")
    ]


@pytest.fixture
def house(classes):
    Room, House = classes
    house = House(kind=1)
    house.rooms.add(name="kitchen", area=12.5, level=-1, data=b"\0\xff", tags=[1, -2, 2**40], open=True)
    house.rooms.append(Room(name="b\u00e4d"))
    house.best.CopyFrom(house.rooms[0])
    house.prices["low"] = 1.5
    return house


def test_native():
    assert api_implementation.Type() == "upb"


def test_round_trip(classes, house):
    data = house.SerializeToString(deterministic=True)
    assert len(data) == house.ByteSize()
    again = classes[1].FromString(data)
    assert again == house and again.rooms[0].tags[:] == [1, -2, 2**40]
    assert copy.deepcopy(house) == house
    assert again.rooms[1].name == "b\u00e4d"
    with pytest.raises(DecodeError):
        classes[1].FromString(b"\x0a\xff")


def test_text(house):
    text = text_format.MessageToString(house)
    assert text.splitlines()[:3] == ["rooms {", '  name: "kitchen"', "  area: 12.5"]
    assert text_format.Parse(text, type(house)()) == house
    assert str(house.rooms[1]) == 'name: "b\u00e4d"\n'


def test_json(house):
    text = json_format.MessageToJson(house, sort_keys=True)
    assert json_format.Parse(text, type(house)()) == house
    table = json_format.MessageToDict(house)
    assert table["kind"] == "VILLA" and table["prices"] == {"low": 1.5}
    with pytest.raises(json_format.ParseError):
        json_format.Parse('{"nothing": 1}', type(house)())


def test_fields(classes, house):
    Room, House = classes
    room = Room()
    with pytest.raises(TypeError):
        room.name = 1
    with pytest.raises(AttributeError):
        room.nothing = 1
    with pytest.raises(ValueError):
        room.level = 2**40
    with pytest.raises(ValueError):
        Room(nothing=1)
    assert not room.ListFields() and not House().HasField("best") and house.HasField("best")
    assert [field.name for field, _ in house.ListFields()] == ["rooms", "best", "prices", "kind"]
    house.ClearField("best")
    assert not house.HasField("best")
    house.rooms[0].tags.extend(range(5))
    assert len(house.rooms[0].tags) == 8 and 4 in house.rooms[0].tags
    del house.rooms[0]
    assert len(house.rooms) == 1
    with pytest.raises(IndexError):
        house.rooms[5]
    with pytest.raises(TypeError):
        hash(room)
    assert house.prices.get("none") is None and dict(house.prices) == {"low": 1.5}
    assert math.isclose(house.prices["low"], 1.5) and list(house.prices) == ["low"]
    house.Clear()
    assert house == House()


def test_known_types():
    moment = timestamp_pb2.Timestamp()
    moment.FromJsonString("2024-02-29T12:00:00.5Z")
    assert (moment.seconds, moment.nanos) == (1709208000, 500000000)
    assert duration_pb2.Duration(seconds=3).ToTimedelta().total_seconds() == 3
    struct = struct_pb2.Struct()
    struct.update({"a": [1, None, {"b": True}], "c": "d"})
    assert json_format.MessageToDict(struct) == {"a": [1.0, None, {"b": True}], "c": "d"}
    box = any_pb2.Any()
    box.Pack(moment)
    out = timestamp_pb2.Timestamp()
    assert box.Unpack(out) and out == moment
    assert pickle.loads(pickle.dumps(moment)) == moment


def test_many(classes):
    Room, House = classes
    for _ in range(20):
        house = House()
        for number in range(500):
            house.rooms.add(name=str(number), tags=range(number % 7))
        again = House.FromString(house.SerializeToString())
        assert sum(len(room.tags) for room in again.rooms) == sum(n % 7 for n in range(500))
