from plenary.rooms import Room


class FrameworkRoom(Room):
    name = "plenary.ground.framework"
    label = "framework"
