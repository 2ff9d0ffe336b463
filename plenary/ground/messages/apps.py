from plenary.rooms import Room


class MessagesRoom(Room):
    name = "plenary.ground.messages"
    label = "outgoing"  # "messages" is the label of django.contrib.messages
