import { useTranslation } from 'react-i18next';
import { useAttributeLabel } from '../shared/attribute-label.js';
import { ALL } from '../shared/field-choice.js';
import type { Disclosure } from './access-report.types.js';

/** What the other side learned: parts of the record, or yes and no. */
export function Told({ kind, fields, questions }: Disclosure) {
  const { t } = useTranslation();
  const label = useAttributeLabel();
  if (questions !== null) return <Answered kind={kind} questions={questions} />;
  if (fields === null) return '—';
  if (fields.includes(ALL)) return t('accessReport.everything');
  return <span className="wrap-anywhere">{fields.map(label).join(', ')}</span>;
}

type AnsweredProps = Pick<Disclosure, 'kind'> & { questions: NonNullable<Disclosure['questions']> };

function Answered({ kind, questions }: AnsweredProps) {
  const { t } = useTranslation();
  const label = useAttributeLabel();
  if (questions.length === 0) return t('accessReport.askedSomething');
  const question = (attribute: string): string =>
    kind === 'DISABLED' || kind === 'ENROLLED'
      ? t(`accessReport.askedStatus.${kind}`)
      : t('accessReport.askedClaim', { what: label(attribute) });
  return questions.map(({ attribute, answer }) => (
    <div key={attribute}>
      {question(attribute)} <strong>{t(`accessReport.answered.${answer}`)}</strong>
    </div>
  ));
}
