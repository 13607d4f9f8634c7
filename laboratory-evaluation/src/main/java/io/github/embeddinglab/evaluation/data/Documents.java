package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Documents in the order in which they were exported; ids may repeat, since that is a fault to be found.
 *
 * @param ids one each
 * @param titles one each, empty where there is none
 * @param texts one each, without the title
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Documents(List<String> ids, List<String> titles, List<String> texts) {
    /**
     * Copies the lists.
     *
     * @throws InvalidInputException when they differ in size
     */
    public Documents {
        ids = List.copyOf(ids);
        titles = List.copyOf(titles);
        texts = List.copyOf(texts);
        if (ids.size() != titles.size() || ids.size() != texts.size()) {
            throw new InvalidInputException(ids.size() + " ids, " + titles.size() + " titles and " + texts.size()
                    + " texts are not documents; give one of each");
        }
    }

    /**
     * How many there are.
     *
     * @return n
     */
    public int size() {
        return ids.size();
    }

    /**
     * Title, a space and text, stripped: what a retrieval model is given.
     *
     * @param row 0 to n - 1
     * @return the whole text
     */
    public String whole(int row) {
        return (titles.get(row) + " " + texts.get(row)).strip();
    }
}
