"""Files of messages: recorded at once with their message, downloaded in the background, served to the tenant alone.

::

    webhook_handlers   a message with a file makes a row, in the message's transaction; its commit rings
    queue              claim: rows leased to one round · record: where the lease still matches
    download           the round: claims, hands each file to a thread, records what came of it
    transfer           one file, from Meta to the storage; touches no row
    failures           what went wrong, and whether it is tried again, waits, or is given up: pure
    inspection         the real type, sizes and duration; thumbnails
    storage            where files are: a folder or S3, by MEDIA_STORAGE_URL
    cleaning           files that no row names any more
    serving            the answer that carries a file: ranges, types that cannot run scripts
"""
