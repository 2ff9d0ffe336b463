from plenary.rooms import Room


class PartnersRoom(Room):
    name = "plenary.programmes.partners"
    label = "partners"
