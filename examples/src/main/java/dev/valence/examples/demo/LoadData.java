package dev.valence.examples.demo;

import dev.valence.RequestChannel;
import java.util.List;

/** What main and renderer agree on: a channel and the types that travel on it. */
final class LoadData {

    static final RequestChannel<Query, Result> CHANNEL = RequestChannel.of("loaddata", Query.class, Result.class);

    private LoadData() {}

    /** What the renderer asks for. */
    record Query(String table, int limit) {}

    /** What main answers. */
    record Result(List<String> rows) {}
}
