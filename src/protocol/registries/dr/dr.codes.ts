/** Code lists of the dictionary, disability: code and label, then other words read for the same code. */
import { codes } from '../core/code-list.js';

export const DR_CODES = {
  AnimalAssistanceEnum: codes([
    ['service_dog', 'Service Dog'],
    ['therapy_animal', 'Therapy Animal'],
    ['other', 'Other'],
  ]),
  AssistiveTechnologyEnum: codes([
    ['1', 'Wheelchairs', 'Wheelchair'],
    ['2', 'Speech-generating devices (SGDs)', 'SGDs'],
    ['3', 'Hearing aids', 'Hearing aid'],
  ]),
  DisabilityLevelEnum: codes([
    ['1', 'High Support Needs (sometimes called very severe or profound)', 'High Support Needs'],
    ['2', 'Severe'],
    ['3', 'Moderate'],
    ['4', 'Mild'],
  ]),
  DisabilityOnSet: codes([
    ['0', 'Born With'],
    ['1', 'Childhood'],
    ['2', 'Working age'],
    ['3', 'Old age'],
  ]),
  DisabilityStatusEnum: codes([
    ['0', 'Approved'],
    ['1', 'Pending'],
    ['2', 'Expired'],
  ]),
  HousingSupportEnum: codes([
    ['home_adaptation', 'Home Adaptation'],
    ['relocation', 'Relocation'],
    ['utility_cost', 'Utility cost'],
  ]),
  HousingType: codes([
    ['1', 'Own home/rent'],
    ['2', 'Living in relatives’ home'],
    ['3', 'Social housing'],
    ['4', 'Care institution'],
  ]),
  HumanAssistanceType: codes([
    ['basic_activity', 'Basic Activity'],
    ['mobility', 'mobility'],
    ['communication', 'Communication'],
    ['decision_making', 'Decision Making'],
    ['multiple', 'Multiple'],
  ]),
  ImpairementType: codes([
    ['1', 'Vision'],
    ['2', 'Hearing'],
    ['3', 'Mobility'],
    ['4', 'Cognitive'],
    ['5', 'Speech'],
    ['6', 'Mental'],
  ]),
  ImpairmentCause: codes([
    ['0', 'Birth congenital'],
    ['1', 'Birth complication'],
    ['2', 'Illness'],
    ['3', 'Domestic accident'],
    ['4', 'Road accident'],
    ['5', 'Work accident'],
    ['6', 'Violence'],
    ['7', 'Armed conflict'],
    ['8', 'Ageing'],
  ]),
  ImpairmentLevel: codes([
    ['1', 'Mild'],
    ['2', 'Moderate'],
    ['3', 'Severe'],
    ['4', 'Extreme'],
  ]),
  MedicalCareEnum: codes([
    ['maintenance_medicine', 'Maintenance medicine'],
    ['specialized_habitation', 'Specialized habitation'],
    ['constant_healthcare', 'Constant healthcare'],
  ]),
  SupportFrequency: codes([
    ['1', 'Permanent'],
    ['2', 'Daily'],
    ['3', 'Weekly'],
    ['4', 'Occasional'],
    ['5', 'None'],
  ]),
  SupportStatusEnum: codes([
    ['0', 'Needed', 'Required'],
    ['1', 'Received'],
  ]),
  TransportRequirement: codes([
    ['0', 'Public transportation'],
    ['1', 'Point to point transportation'],
    ['2', 'Adaptable vehical', 'Adaptable vehicle'],
  ]),
};
