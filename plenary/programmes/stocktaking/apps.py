from plenary.rooms import Room


class StocktakingRoom(Room):
    name = "plenary.programmes.stocktaking"
    label = "stocktaking"
