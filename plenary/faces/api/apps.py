from plenary.rooms import Room


class ApiRoom(Room):
    name = "plenary.faces.api"
    label = "api"
