package dev.valence.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.valence.main.OutputLine.Source;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StdioTest {

    private static final OutputLine OUT = new OutputLine(Source.STDOUT, "out {}");
    private static final OutputLine ERR = new OutputLine(Source.STDERR, "err");

    /** The module under test has no need of a logging implementation, its test has. */
    @BeforeAll
    static void readLogback() {
        for (String name : List.of("ch.qos.logback.classic", "ch.qos.logback.core")) {
            ModuleLayer.boot().findModule(name).ifPresent(StdioTest.class.getModule()::addReads);
        }
    }

    @Test
    void log_goesToTheLoggerOfTheRenderer() {
        Logger logger = (Logger) LoggerFactory.getLogger("valence.renderer.editor");
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.setAdditive(false);
        logger.addAppender(appender);

        Stdio.LOG.listener("editor", 17).accept(OUT);
        Stdio.LOG.listener("editor", 17).accept(ERR);

        assertThat(appender.list)
                .extracting(ILoggingEvent::getLevel, ILoggingEvent::getFormattedMessage)
                .containsExactly(tuple(Level.INFO, "out {}"), tuple(Level.WARN, "err"));
        assertThat(appender.list)
                .extracting(ILoggingEvent::getMDCPropertyMap)
                .containsOnly(Map.of("renderer", "editor", "pid", "17"));
    }

    @Test
    void inherit_goesToTheStreamsOfThisProcess() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(outBytes));
            System.setErr(new PrintStream(errBytes));
            Stdio.INHERIT.listener("editor", 17).accept(OUT);
            Stdio.INHERIT.listener("editor", 17).accept(ERR);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }

        assertThat(outBytes).hasToString("out {}" + System.lineSeparator());
        assertThat(errBytes).hasToString("err" + System.lineSeparator());
    }

    @Test
    void discard_goesNowhere() {
        Stdio.DISCARD.listener("editor", 17).accept(OUT);

        assertThat(Stdio.DISCARD).hasToString("DISCARD");
    }
}
