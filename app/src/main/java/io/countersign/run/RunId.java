package io.countersign.run;

public record RunId(String value) {}
