from plenary.rooms import Room


class MeasuresRoom(Room):
    name = "plenary.ground.measures"
    label = "measures"
