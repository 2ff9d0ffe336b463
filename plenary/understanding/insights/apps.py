from plenary.rooms import Room


class InsightsRoom(Room):
    name = "plenary.understanding.insights"
    label = "insights"
