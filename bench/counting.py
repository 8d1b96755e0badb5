from django.db import connection, transaction


class Queries:
    """Say in X-Queries how many statements an answer took. What a POST wrote is taken back: the data stays as it was,
    and the next round writes the same."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        count = 0

        def counted(execute, sql, params, many, context):
            nonlocal count
            count += not sql.startswith(("SAVEPOINT", "RELEASE"))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            response = self.rolled_back(request) if request.method == "POST" else self.get_response(request)
        response["X-Queries"] = str(count)
        return response

    def rolled_back(self, request):
        with transaction.atomic():
            response = self.get_response(request)
            transaction.set_rollback(True)
        return response
