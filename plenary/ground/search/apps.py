from plenary.rooms import Room


class SearchRoom(Room):
    name = "plenary.ground.search"
    label = "search"
