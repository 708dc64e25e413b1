"""State and intentions of the screens. A view model holds no control: it asks the facade and tells its listeners."""
