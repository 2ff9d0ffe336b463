from plenary.rooms import Room


class CliRoom(Room):
    name = "plenary.faces.cli"
    label = "cli"
