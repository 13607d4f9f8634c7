package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.api.AuditReport;
import io.github.embeddinglab.api.AuditSpec;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Models;
import io.github.embeddinglab.api.Npy;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.audit.StoreFacts.Found;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.evaluation.data.Documents;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Audits a vector store: embeds a sample of its texts again (drawn with the seed, and the longest texts besides) and names
 * what explains each row that is not the model's. Costs the sample's embedding for a clean store, and some dozen times that
 * of the differing rows (at most 40, and the 16 longest) for one that is not; with judgements, all documents once.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Audit {
    private static final int LONGEST = 32;
    private static final int FEW = 12;
    private static final int MORE = 4;
    private static final int CHECKED_REPEATS = 64;
    private static final int REPEATS = 3;
    private static final int SHOWN_ROWS = 1000;

    private final AuditSpec spec;
    private final EvaluationOptions options;
    private final Remake remake;
    private final Documents documents;
    private final StoredRows store;
    private final Optional<RetrievalSet> judged;

    private Audit(AuditSpec spec, Models models, Embedder own, EvaluationOptions options) {
        this.spec = spec;
        this.options = options;
        this.documents = DataFiles.documents(spec.documents());
        Npy.Matrix matrix = Npy.readNumbers(spec.vectors());
        if (matrix.rows() == 0 || matrix.columns() == 0) {
            throw new InvalidInputException("vectors " + spec.vectors() + " hold " + matrix.rows() + " rows of "
                    + matrix.columns() + " numbers; export at least one vector");
        }
        this.judged = spec.judged().map(files -> DataFiles.judged(documents, files.queries(), files.judgements()));
        this.remake = new Remake(documents, models, own, options.progress());
        this.store = StoredRows.of(matrix);
    }

    /**
     * Audits.
     *
     * @param spec what was exported
     * @param models makes variants of the model
     * @param own the model that the store is said to be of; stays open
     * @param options sampling and progress
     * @return the findings
     */
    public static AuditReport run(AuditSpec spec, Models models, Embedder own, EvaluationOptions options) {
        return new Audit(spec, models, own, options).report();
    }

    private AuditReport report() {
        StoreFacts facts = new StoreFacts(documents, store.rows());
        List<Found> found = facts.found();
        List<Integer> usable = facts.usable();
        if (usable.isEmpty()) {
            return finish(found, List.of(), new AuditReport.Texts(0, 0, facts.duplicateTexts(), List.of()), 0);
        }
        Set<Integer> repeated = repeated(facts, found);
        Comparison comparison = new Comparison(remake, store);
        Comparison.Compared compared = comparison.of(sample(usable, spec.sample()));
        int wrong = compared.sample().wrong().length;
        if (wrong > 0 && wrong < FEW && compared.sample().size() < usable.size()) {
            compared = comparison.of(sample(usable, MORE * spec.sample()));
        }
        found.addAll(compared.found());
        List<String> notes = new ArrayList<>();
        markup(facts, compared.sample(), found, notes);
        List<Hypothesis> winners = List.of();
        if (compared.sameSpace()) {
            Diagnosis diagnosis = new Diagnosis(
                    remake, compared.store(), compared.frame(), compared.code(), compared.sample());
            diagnosis.run(repeated);
            diagnosis.lengths(compared.lengths());
            found.addAll(diagnosis.found());
            notes.addAll(diagnosis.notes());
            winners = diagnosis.winners();
        }
        found.sort(Comparator.comparingDouble(Found::share).reversed());
        Sample sample = compared.sample();
        String unexplained = compared.sameSpace()
                ? AuditCause.UNKNOWN.id()
                : compared.found().get(compared.found().size() - 1).cause().id();
        List<AuditReport.Row> rows = new ArrayList<>();
        for (int i : sample.wrong()) {
            Sample.Explained why = sample.explained().get(i);
            rows.add(new AuditReport.Row(
                    sample.row(i),
                    documents.ids().get(sample.row(i)),
                    why == null ? unexplained : why.label(),
                    sample.cosine(i),
                    why == null ? Double.NaN : why.cosine()));
        }
        AuditReport.Texts texts = new AuditReport.Texts(
                compared.truncated(), compared.lostTokens(), facts.duplicateTexts(), notes);
        if (judged.isEmpty() || !compared.sameSpace()) {
            return finish(found, rows, texts, sample.size());
        }
        Worth worth = new Worth(judged.get(), remake, compared.store(), compared.frame(), options.sampling());
        return report(found, worth.of(found, winners), rows, texts, sample.size(), Optional.of(worth.now()));
    }

    private AuditReport finish(List<Found> found, List<AuditReport.Row> rows, AuditReport.Texts texts, int sampled) {
        return report(found, Collections.nCopies(found.size(), Optional.empty()), rows, texts, sampled, Optional.empty());
    }

    private AuditReport report(
            List<Found> found,
            List<Optional<Difference>> worth,
            List<AuditReport.Row> rows,
            AuditReport.Texts texts,
            int sampled,
            Optional<Score> ndcg) {
        List<AuditReport.Finding> findings = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            findings.add(new AuditReport.Finding(
                    found.get(i).cause(), found.get(i).detail(), found.get(i).share(), worth.get(i)));
        }
        List<String> notes = new ArrayList<>(texts.notes());
        judged.ifPresent(set -> notes.addAll(set.notes()));
        return new AuditReport(
                new AuditReport.Subject(
                        remake.embedder().model(),
                        remake.embedder().fingerprint(),
                        documents.size(),
                        store.rows().size(),
                        store.columns(),
                        sampled),
                findings,
                rows.subList(0, Math.min(SHOWN_ROWS, rows.size())),
                new AuditReport.Texts(texts.truncated(), texts.lostTokens(), texts.duplicates(), notes),
                ndcg);
    }

    private int[] sample(List<Integer> usable, int size) {
        List<Integer> shuffled = new ArrayList<>(usable);
        Collections.shuffle(shuffled, new Random(options.sampling().seed()));
        TreeSet<Integer> drawn = new TreeSet<>(shuffled.subList(0, Math.min(size, shuffled.size())));
        usable.stream()
                .sorted(Comparator.comparingInt(row -> -documents.whole(row).length()))
                .limit(LONGEST)
                .forEach(drawn::add);
        return drawn.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A vector of two texts counts only where the model itself tells these texts apart. */
    private Set<Integer> repeated(StoreFacts facts, List<Found> found) {
        List<int[]> pairs = facts.repeated();
        if (pairs.size() < REPEATS) {
            return Set.of();
        }
        List<int[]> some = new ArrayList<>(pairs);
        Collections.shuffle(some, new Random(options.sampling().seed()));
        int[] rows = some.stream().limit(CHECKED_REPEATS).flatMapToInt(Arrays::stream).toArray();
        Embeddings vectors = remake.proper(rows);
        int apart = 0;
        for (int i = 0; i < rows.length; i += 2) {
            apart += Rows.cosine(vectors.vector(i), vectors.vector(i + 1)) < Code.SAME ? 1 : 0;
        }
        if (apart >= REPEATS) {
            int[] example = some.get(0);
            double count = (double) pairs.size() * apart / (rows.length / 2.0);
            found.add(new Found(
                    AuditCause.REPEATED_VECTORS,
                    Math.round(count) + " rows hold the vector of another, different text (as rows " + example[0] + " and "
                            + example[1] + "); they were overwritten or embedded from a placeholder, embed them again",
                    count / store.rows().size()));
            return pairs.stream().flatMapToInt(Arrays::stream).boxed().collect(Collectors.toSet());
        }
        return Set.of();
    }

    /** A finding where marked texts were embedded; a fact to know where they were exported only, or are few. */
    private void markup(StoreFacts facts, Sample sample, List<Found> found, List<String> notes) {
        int marked = facts.marked();
        String what = marked + " of " + documents.size() + " texts hold HTML tags or entities";
        if (facts.ofPages(marked) && sample.wrong().length < sample.size() / 2) {
            found.add(new Found(AuditCause.MARKUP, what + "; take them out before embedding", (double) marked / documents.size()));
        } else if (marked > 0) {
            notes.add(what);
        }
    }
}
