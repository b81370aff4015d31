package io.countersign.run;

import io.countersign.action.Catalogue;
import io.countersign.estate.DatabaseLookup;
import io.countersign.estate.Estate;
import io.countersign.estate.Registry;
import io.countersign.estate.ServerRestorer;

/** One estate with its ports. */
public record EstateParts(
    Estate estate,
    Registry registry,
    DatabaseLookup databases,
    ServerRestorer restorer,
    Catalogue actions) {}
