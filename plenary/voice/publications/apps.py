from plenary.rooms import Room


class PublicationsRoom(Room):
    name = "plenary.voice.publications"
    label = "publications"
