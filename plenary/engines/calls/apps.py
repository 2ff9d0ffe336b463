from plenary.rooms import Room


class CallsRoom(Room):
    name = "plenary.engines.calls"
    label = "calls"
