from plenary.rooms import Room


class SiteRoom(Room):
    name = "plenary.faces.site"
    label = "site"
