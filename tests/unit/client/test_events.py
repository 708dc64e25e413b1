"""News goes to whoever subscribed, until he has had enough."""

from client.events import ChangeLogChanged, Events
from tests.clients import Heard


def test_subscriber_hears_until_he_unsubscribes():
    events, heard = Events(), Heard()
    end = events.subscribe(heard)
    events.publish(ChangeLogChanged())
    end()
    end()
    events.publish(ChangeLogChanged())
    assert heard.events == [ChangeLogChanged()]


def test_handler_may_unsubscribe_while_it_is_called():
    events, heard = Events(), Heard()
    ends = []

    def once(event):
        ends[0]()

    ends.append(events.subscribe(once))
    events.subscribe(heard)
    events.publish(ChangeLogChanged())
    events.publish(ChangeLogChanged())
    assert len(heard.events) == 2
