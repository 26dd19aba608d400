def test_x(database, database_url):
    assert database.engine
def test_y(database):
    assert database.engine
def test_z(database):
    assert database.engine
