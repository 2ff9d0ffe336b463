from plenary.rooms import Room


class ForumRoom(Room):
    name = "plenary.programmes.forum"
    label = "forum"
