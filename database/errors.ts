/** No embedded PostgreSQL can run here: unknown system, packages left out, or programs that do not start. Set DATABASE_URL instead. */
export class EmbeddedPostgresUnavailableError extends Error {
  override readonly name = 'EmbeddedPostgresUnavailableError';

  constructor(reason: string) {
    super(`The embedded PostgreSQL cannot be used: ${reason}. Set DATABASE_URL to a PostgreSQL 14 or later instead.`);
  }
}

/** The embedded PostgreSQL did not start or stop within its time; the end of its log says why. */
export class EmbeddedPostgresFailedError extends Error {
  override readonly name = 'EmbeddedPostgresFailedError';

  constructor(what: string, logTail: string) {
    super(`The embedded PostgreSQL ${what}. The end of its log:\n${logTail || '(empty)'}`);
  }
}

/** Thrown in production without DATABASE_URL: the embedded PostgreSQL is for trying things out, and nobody backs it up. */
export class DatabaseRequiredError extends Error {
  override readonly name = 'DatabaseRequiredError';

  constructor() {
    super(
      'DATABASE_URL is not set, and with NODE_ENV=production no embedded PostgreSQL is started. ' +
        'Set DATABASE_URL, for example postgresql://proxbox:password@127.0.0.1:5432/proxbox, and run the migrations once.',
    );
  }
}

/** The PostgreSQL of DATABASE_URL cannot be reached, or does not let us in. The cause is PostgreSQL's or the network's own error. */
export class DatabaseUnreachableError extends Error {
  override readonly name = 'DatabaseUnreachableError';

  constructor(cause: unknown) {
    super(
      `PostgreSQL cannot be used: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'Check that it runs, and address, user, password and database in DATABASE_URL, and start again.',
      { cause },
    );
  }
}

/** A file of the migrations folder is misnamed, or its number is taken or leaves a gap. A fault of this release, not of the database. */
export class MigrationFilesError extends Error {
  override readonly name = 'MigrationFilesError';
}

/** An applied migration is not the one in this release any more. Install the release that applied it, or restore its file. */
export class MigrationAlteredError extends Error {
  override readonly name = 'MigrationAlteredError';

  constructor(
    readonly migration: string,
    what: string,
  ) {
    super(
      `Migration ${migration} was applied to this database, but ${what}. Applied migrations never change: ` +
        'restore the file, and put the change into a new migration.',
    );
  }
}

/** The database was migrated by a newer release. There is no way back: start that release, or restore a backup from before it. */
export class DatabaseNewerError extends Error {
  override readonly name = 'DatabaseNewerError';

  constructor(
    readonly applied: string,
    known: string,
  ) {
    super(
      `This database is newer than this release: it has migration ${applied}, and the newest one known here is ${known}. ` +
        'Going back is not supported: start the newer release, or restore a backup from before its migration.',
    );
  }
}

/** A migration failed and was rolled back; those before it stay applied. The cause is PostgreSQL's own error. */
export class MigrationFailedError extends Error {
  override readonly name = 'MigrationFailedError';

  constructor(
    readonly migration: string,
    cause: unknown,
  ) {
    super(`Migration ${migration} failed and was rolled back: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
