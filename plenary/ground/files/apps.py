from plenary.rooms import Room


class FilesRoom(Room):
    name = "plenary.ground.files"
    label = "files"
