from plenary.rooms import Room


class AuditRoom(Room):
    name = "plenary.ground.audit"
    label = "audit"
