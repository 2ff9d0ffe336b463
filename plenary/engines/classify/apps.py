from plenary.rooms import Room


class ClassifyRoom(Room):
    name = "plenary.engines.classify"
    label = "classify"
