from plenary.rooms import Room


class PeopleRoom(Room):
    name = "plenary.ground.people"
    label = "people"
