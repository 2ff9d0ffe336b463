from plenary.rooms import Room


class AwardsRoom(Room):
    name = "plenary.programmes.awards"
    label = "awards"
