from plenary.rooms import Room


class DeskRoom(Room):
    name = "plenary.faces.desk"
    label = "desk"
