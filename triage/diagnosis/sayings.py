"""What the same refusal of an operating system is called by programs of many languages.

The names are those of POSIX's ``errno.h``, of the exceptions of Python, Java and Rust, of the libraries of Go
and Node, and of the GNU C library in English, German, French and Spanish.
"""

SAYINGS: dict[str, tuple[str, ...]] = {
    "connection-refused": (
        "connection refused", "econnrefused", "connectionrefusederror", "connectionrefused",
        "actively refused it", "verbindungsaufbau abgelehnt", "connexion refusee", "conexion rehusada",
    ),
    "connection-reset": (
        "connection reset by peer", "connection reset", "econnreset", "connectionreseterror",
        "connectionreset", "die verbindung wurde vom kommunikationspartner zuruckgesetzt",
        "connexion re initialisee par le correspondant", "conexion reinicializada por la maquina remota",
    ),
    "no-such-file": (
        "no such file or directory", "enoent", "filenotfounderror", "filenotfoundexception",
        "nosuchfileexception", "cannot find the file specified", "cannot find the path specified",
        "datei oder verzeichnis nicht gefunden", "aucun fichier ou dossier de ce type",
        "aucun fichier ou dossier de ce nom", "no existe el fichero o el directorio",
        "no existe el archivo o el directorio",
    ),
    "permission-denied": (
        "permission denied", "eacces", "permissionerror", "permissiondenied", "accessdeniedexception",
        "keine berechtigung", "permission non accordee", "permiso denegado",
    ),
    "no-space": (
        "no space left on device", "enospc", "storagefull", "disk full",
        "kein speicherplatz mehr verfugbar", "auf dem gerat ist kein speicherplatz mehr verfugbar",
        "aucun espace disponible sur le peripherique", "no queda espacio en el dispositivo",
        "not enough space on the disk",
    ),
    "timed-out": (
        "timed out", "etimedout", "timeouterror", "timedout", "i o timeout", "sockettimeoutexception",
        "die wartezeit fur die verbindung ist abgelaufen",
        "connexion terminee par expiration du delai d attente", "expiro el tiempo de conexion",
    ),
    "address-in-use": (
        "address already in use", "eaddrinuse", "bindexception", "addrinuse",
        "die adresse wird bereits verwendet", "adresse deja utilisee", "la direccion ya se esta usando",
    ),
    "unknown-host": (
        "name or service not known", "enotfound", "eai again", "no such host", "unknownhostexception",
        "could not resolve host", "could not resolve hostname", "could not translate host name", "gaierror",
        "temporary failure in name resolution", "nodename nor servname provided or not known",
        "der name oder der dienst ist nicht bekannt", "nom ou service inconnu",
        "nombre o servicio desconocido",
    ),
    "no-memory": (
        "cannot allocate memory", "enomem", "memoryerror", "outofmemoryerror", "java heap space",
        "nicht genugend hauptspeicher verfugbar", "impossible d allouer de la memoire",
        "no se pudo asignar memoria",
    ),
    "file-exists": (
        "file exists", "eexist", "fileexistserror", "filealreadyexistsexception",
        "die datei existiert bereits", "le fichier existe", "el fichero ya existe",
    ),
    "open-files": (
        "too many open files", "emfile", "zu viele offene dateien", "trop de fichiers ouverts",
        "demasiados ficheros abiertos", "demasiados archivos abiertos",
    ),
    "broken-pipe": (
        "broken pipe", "epipe", "brokenpipeerror", "datenubergabe unterbrochen broken pipe",
        "relais brise pipe", "tuberia rota",
    ),
    "read-only": (
        "read only file system", "erofs", "readonlyfilesystemexception", "das dateisystem ist nur lesbar",
        "systeme de fichiers accessible en lecture seulement", "sistema de ficheros de solo lectura",
    ),
    "no-route": (
        "no route to host", "ehostunreach", "noroutetohostexception", "hostunreachable",
        "keine route zum zielrechner", "aucun chemin d acces pour atteindre l hote cible",
        "no existe ninguna ruta hasta el host",
    ),
    "no-network": (
        "network is unreachable", "enetunreach", "networkunreachable", "das netzwerk ist nicht erreichbar",
        "le reseau n est pas accessible", "la red es inaccesible",
    ),
    "no-command": (
        "command not found", "executable file not found in path", "kommando nicht gefunden",
        "befehl nicht gefunden", "commande introuvable", "orden no encontrada", "no se encontro la orden",
        "is not recognized as an internal or external command",
    ),
    "untrusted-certificate": (
        "certificate signed by unknown authority", "unable to get local issuer certificate",
        "unable to find valid certification path to requested target", "self signed certificate",
        "self signed certificate in certificate chain", "unable to verify the first certificate",
        "sec error unknown issuer", "unknownissuer",
    ),
    "expired-certificate": (
        "certificate has expired", "certificate has expired or is not yet valid", "cert has expired",
        "certificateexpiredexception", "certexpired",
    ),
}  # fmt: skip
"""The ways of saying it, in small words without accents, by the one word that stands for them."""
