"""Writing columns of rows that are in memory."""


def write_rows(rows, fields, *, batch_size=500):
    """What bulk_update() does. A single row goes without its CASE for each column, which takes the ORM longer to put
    together than the database to run. Neither history nor version: both are the caller's."""
    rows = list(rows)
    if not rows:
        return
    model = type(rows[0])
    if len(rows) > 1:
        model._base_manager.bulk_update(rows, fields, batch_size=batch_size)
        return
    columns = {name: getattr(rows[0], model._meta.get_field(name).attname) for name in fields}
    model._base_manager.filter(pk=rows[0].pk).update(**columns)
