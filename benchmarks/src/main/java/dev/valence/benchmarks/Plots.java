package dev.valence.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.SVGUtils;

/** Draws what was measured, as SVG. */
final class Plots {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 460;
    private static final List<String> PERCENTILES = List.of("p50.0", "p75.0", "p90.0", "p95.0", "p99.0", "p99.9");
    private static final Color GRID = new Color(0xd0d0d0);

    private final Results results;
    private final Path folder;

    Plots(Results results, Path folder) {
        this.results = results;
        this.folder = folder;
    }

    void draw() throws IOException {
        percentiles();
        throughput();
        subscribers();
    }

    /** Latency of the round trip of 64 bytes: the median of the rounds at each percentile. */
    private void percentiles() throws IOException {
        XYSeriesCollection lines = new XYSeriesCollection();
        for (Series series : results.series()) {
            if (series.workload().equals("rtt-64") && series.cores() == Cores.PINNED) {
                XYSeries line = new XYSeries(series.contender());
                for (int i = 0; i < PERCENTILES.size(); i++) {
                    String percentile = PERCENTILES.get(i);
                    double[] rounds = results.details(series).stream()
                            .mapToDouble(measured -> measured.get(percentile) / 1000)
                            .toArray();
                    line.add(i, new Spread(rounds).median());
                }
                lines.addSeries(line);
            }
        }
        String[] names =
                PERCENTILES.stream().map(name -> name.replace(".0", "")).toArray(String[]::new);
        SymbolAxis percentile = new SymbolAxis("percentile", names);
        percentile.setGridBandsVisible(false);
        draw("latency.svg", "Round trip, 64 bytes, one core", percentile, new LogarithmicAxis("µs"), lines);
    }

    /** One-way throughput by size of message: small ones and large ones. */
    private void throughput() throws IOException {
        Map<String, XYSeries> lines = new TreeMap<>();
        for (Series series : results.series()) {
            String workload = series.workload();
            if ((workload.startsWith("oneway") || workload.startsWith("bandwidth")) && series.cores() == Cores.PINNED) {
                Spread bytesPerNano = new Spread(results.details(series).stream()
                        .mapToDouble(measured -> measured.get("bytesPerNano"))
                        .toArray());
                add(lines, series.contender(), results.workload(series).bytes(), bytesPerNano.median() * 1e3);
            }
        }
        draw(
                "throughput.svg",
                "One way, one core",
                new LogarithmicAxis("bytes of a message"),
                new LogarithmicAxis("MB/s"),
                all(lines));
    }

    private void subscribers() throws IOException {
        Map<String, XYSeries> lines = new TreeMap<>();
        for (Series series : results.series()) {
            Workload workload = results.workload(series);
            if (workload.subscribers() > 0 && series.cores() == Cores.PINNED) {
                double median = results.values(series).median();
                add(lines, series.contender(), workload.subscribers(), median);
            }
        }
        draw(
                "broadcast.svg",
                "Broadcast of 64 bytes to 4 processes, one core",
                new LogarithmicAxis("subscribers"),
                new LogarithmicAxis("thousand deliveries a second"),
                all(lines));
    }

    private static void add(Map<String, XYSeries> lines, String name, double x, double y) {
        if (y > 0) {
            lines.computeIfAbsent(name, XYSeries::new).add(x, y);
        }
    }

    private static XYSeriesCollection all(Map<String, XYSeries> lines) {
        XYSeriesCollection all = new XYSeriesCollection();
        lines.values().forEach(all::addSeries);
        return all;
    }

    private void draw(String file, String title, ValueAxis x, ValueAxis y, XYSeriesCollection lines)
            throws IOException {
        if (lines.getSeriesCount() == 0) {
            return;
        }
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
        for (int i = 0; i < lines.getSeriesCount(); i++) {
            boolean isOurs = lines.getSeriesKey(i).toString().startsWith("valence");
            renderer.setSeriesStroke(i, new BasicStroke(isOurs ? 3 : 1.2f));
        }
        XYPlot plot = new XYPlot(lines, x, y, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        JFreeChart chart = new JFreeChart(title, plot);
        chart.setBackgroundPaint(Color.WHITE);
        SVGGraphics2D graphics = new SVGGraphics2D(WIDTH, HEIGHT);
        graphics.setDefsKeyPrefix(file.replace(".svg", "")); // no random ones: the same numbers give the same file
        chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
        File target = folder.resolve(file).toFile();
        SVGUtils.writeToSVG(target, graphics.getSVGElement());
    }
}
