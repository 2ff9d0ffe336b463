from plenary.rooms import Room


class WebRoom(Room):
    name = "plenary.ground.web"
    label = "web"
